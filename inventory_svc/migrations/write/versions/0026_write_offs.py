"""Returned pieces may be written off, and then do not go into stock again."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE reservation_line ADD COLUMN written_off bigint NOT NULL DEFAULT 0")
