"""Holds know whether their order exists."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What is held already was held for as long as an order needs.
    op.execute("ALTER TABLE reservation ADD COLUMN placed boolean NOT NULL DEFAULT true")
