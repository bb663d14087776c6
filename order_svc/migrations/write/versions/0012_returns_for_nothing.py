"""A return of pieces that cost nothing is a refund of 0.00."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE refund DROP CONSTRAINT refund_amount_check, ADD CONSTRAINT refund_amount_check CHECK (amount >= 0)"
    )
