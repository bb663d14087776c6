"""Orders are found by the hold that their last change took in."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX ix_orders_extra_order_id ON orders (extra_order_id) WHERE extra_order_id <> 0")
