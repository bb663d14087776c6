"""Orders have metadata, by which they are found, and a note."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE orders ADD COLUMN metadata jsonb, ADD COLUMN note text")
    # No order has any yet, so that this takes no time.
    op.execute(
        "CREATE INDEX ix_orders_metadata ON orders USING gin (metadata jsonb_path_ops) WHERE metadata IS NOT NULL"
    )
