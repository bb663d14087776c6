"""Refunds may write off the pieces that they give back, which then do not go into stock again."""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE order_item ADD COLUMN written_off integer NOT NULL DEFAULT 0")
    op.execute("ALTER TABLE refund ADD COLUMN restock boolean NOT NULL DEFAULT true")
