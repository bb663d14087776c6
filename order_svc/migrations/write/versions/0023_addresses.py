"""Orders have addresses, if the shopper gave them."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE orders ADD COLUMN shipping_address jsonb, ADD COLUMN billing_address jsonb")
