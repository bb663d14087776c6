"""Orders have shipments. Changes that 0.2.0 logged, and that are still to be copied, do not have the column."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE orders ADD COLUMN shipments jsonb")
