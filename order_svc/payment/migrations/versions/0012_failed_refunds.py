"""Refunds that failed at Stripe after they were made can be made again."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE stripe_refund ADD COLUMN failed_as text")
