"""The price of returned pieces is kept: with another rounding, it would be computed differently later."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# As it was refunded: half a cent was rounded to the even cent.
_PRICES = """
UPDATE order_item SET returned_price = CASE WHEN cents % 1 = 0.5 THEN 2 * round(cents / 2) ELSE round(cents) END / 100
FROM (
    SELECT id, 100 * (quantity * unit_price - discount) * returned / quantity AS cents
    FROM order_item WHERE returned > 0
) AS exact
WHERE exact.id = order_item.id
"""


def upgrade() -> None:
    op.execute("ALTER TABLE order_item ADD COLUMN returned_price numeric(18, 2) NOT NULL DEFAULT 0")
    op.execute("ALTER TABLE order_item ADD CHECK (returned_price >= 0)")
    op.execute(_PRICES)
