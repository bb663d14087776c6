"""Items of orders name their product and the options that were chosen."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE order_item ADD COLUMN product_id bigint, ADD COLUMN options jsonb")
