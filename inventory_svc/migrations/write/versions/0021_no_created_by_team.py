"""Products and incentives belong to the shop, and to no team."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_TABLES = (
    "product",
    "variation",
    "variation_option",
    "product_item",
    "product_item_option",
    "inventory",
    "incentive",
)


def upgrade() -> None:
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} DROP COLUMN created_by_team")
