"""Items have the names of their options, so that reserving reads them without further tables."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_CHOSEN = """
UPDATE product_item SET chosen = known.chosen FROM (
    SELECT link.product_item_id, jsonb_agg(jsonb_build_array(variation.name, option.value) ORDER BY link.id) AS chosen
    FROM product_item_option AS link
    JOIN variation_option AS option ON option.id = link.variation_option_id
    JOIN variation ON variation.id = option.variation_id
    WHERE NOT link.is_deleted GROUP BY link.product_item_id
) AS known WHERE known.product_item_id = product_item.id
"""


def upgrade() -> None:
    op.execute("ALTER TABLE product_item ADD COLUMN chosen jsonb NOT NULL DEFAULT '[]'")
    # What readers see of a row does not change, and so neither does its version.
    op.execute("ALTER TABLE product_item DISABLE TRIGGER USER")
    op.execute(_CHOSEN)
    op.execute("ALTER TABLE product_item ENABLE TRIGGER USER")
