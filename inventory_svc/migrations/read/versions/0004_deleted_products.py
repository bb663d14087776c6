"""Deleted products have documents, too, for administrators; documents say what currency their prices are in."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# As projections.py builds it in this version.
_DOCUMENT = """
jsonb_build_object(
    'id', p.id, 'version', p.row_version, 'name', p.name, 'description', p.description,
    'base_price', jsonb_build_object('amount', CAST(p.base_price AS text), 'currency', p.currency),
    'created_on', p.created_on, 'modified_on', p.modified_on,
    'variations', (
        SELECT coalesce(jsonb_agg(jsonb_build_object('id', v.id, 'name', v.name, 'options', (
            SELECT coalesce(jsonb_agg(jsonb_build_object(
                'id', o.id, 'value', o.value,
                'price_modifier', jsonb_build_object('amount', CAST(o.price_modifier AS text), 'currency', p.currency)
            ) ORDER BY o.id), '[]')
            FROM variation_option AS o WHERE o.variation_id = v.id AND NOT o.is_deleted
        )) ORDER BY v.id), '[]')
        FROM variation AS v WHERE v.product_id = p.id AND NOT v.is_deleted
    ),
    'items', (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'id', i.id, 'sku', i.sku, 'backorderable', i.backorderable,
            'price_override', CASE WHEN i.price_override IS NOT NULL THEN
                jsonb_build_object('amount', CAST(i.price_override AS text), 'currency', p.currency) END,
            'options', (
                SELECT coalesce(
                    jsonb_agg(jsonb_build_object('variation', v.name, 'value', o.value) ORDER BY c.id), '[]'
                )
                FROM product_item_option AS c
                JOIN variation_option AS o ON o.id = c.variation_option_id
                JOIN variation AS v ON v.id = o.variation_id
                WHERE c.product_item_id = i.id AND NOT c.is_deleted
            )
        ) ORDER BY i.id), '[]')
        FROM product_item AS i
        WHERE i.product_id = p.id AND NOT i.is_deleted
    )
) || CASE WHEN p.is_deleted THEN jsonb_build_object('is_deleted', true, 'deleted_on', p.deleted_on) ELSE '{}' END
"""
_STATEMENTS = (
    "ALTER TABLE product ADD COLUMN deleted_on timestamptz",
    # Nothing changes a deleted product but its undeletion.
    "UPDATE product SET deleted_on = modified_on WHERE is_deleted",
    "ALTER TABLE product_document ADD COLUMN currency text, ADD COLUMN is_deleted boolean",
    "UPDATE product_document AS d SET currency = p.currency, is_deleted = false FROM product AS p WHERE p.id = d.id",
    "DELETE FROM product_document WHERE currency IS NULL",
    f"""
    INSERT INTO product_document (id, name, description, skus, document, currency, is_deleted)
    SELECT p.id, p.name, p.description, (
        SELECT coalesce(string_agg(i.sku, E'\\n' ORDER BY i.id), '') FROM product_item AS i
        WHERE i.product_id = p.id AND NOT i.is_deleted
    ), {_DOCUMENT}, p.currency, true
    FROM product AS p WHERE p.is_deleted
    """,
    "ALTER TABLE product_document ALTER COLUMN currency SET NOT NULL, ALTER COLUMN is_deleted SET NOT NULL",
    "CREATE INDEX ix_product_document_live ON product_document (id) WHERE NOT is_deleted",
    "CREATE INDEX ix_product_document_currency ON product_document (currency, id) WHERE NOT is_deleted",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
