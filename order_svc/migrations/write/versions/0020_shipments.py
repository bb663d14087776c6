"""Orders have shipments."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE orders ADD COLUMN shipments jsonb NOT NULL DEFAULT '[]'")
