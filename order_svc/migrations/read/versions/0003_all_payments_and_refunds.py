"""Orders keep the payments that were replaced; refunds have their items; failures and cancellations have codes."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE orders ADD COLUMN earlier_payments jsonb, ADD COLUMN cancel_code text")
    op.execute("ALTER TABLE payment ADD COLUMN failure_code text")
    op.execute("ALTER TABLE refund ADD COLUMN items jsonb")
