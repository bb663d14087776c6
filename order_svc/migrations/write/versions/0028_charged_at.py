"""Payments keep when they were charged, if the money was returned before it paid for the order."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE payment ADD COLUMN charged_at timestamptz")
