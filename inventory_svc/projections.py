"""Projects the copied rows of the read side into whole product documents.

A product's document changes in the transaction that projects the change; the same transaction records it in
`catalogue_change` under a new generation. One row lock assigns generations in commit order, so a reader that has seen a
generation has seen all earlier ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.db.bulk import as_json
from chassis.db.projector import Change, copied
from inventory_svc.queries.read_model import COPIED

PROJECTED = copied(*COPIED.values())
# The tables that a document is built from. Stock is not public: it changes no document.
_PARTS = frozenset({"product", "variation", "variation_option", "product_item", "product_item_option"})
# A replica that is this many catalogue changes behind drops its cached pages.
KEPT_GENERATIONS = 1000

# A domain.product.Product in JSON, without stock. Amounts as text: JSON's numbers would make floats of them.
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
  || CASE WHEN p.metadata IS NOT NULL THEN jsonb_build_object('metadata', p.metadata) ELSE '{}' END
"""
_AFFECTED = """
changed AS (
    SELECT entity, CAST(id AS bigint) AS id
    FROM jsonb_each(CAST(:changed AS jsonb)) AS of_entity(entity, ids), jsonb_array_elements_text(ids) AS id
), affected AS (
    SELECT id FROM changed WHERE entity = 'product'
    UNION SELECT v.product_id FROM changed AS c JOIN variation AS v USING (id) WHERE c.entity = 'variation'
    UNION SELECT v.product_id FROM changed AS c JOIN variation_option AS o USING (id)
        JOIN variation AS v ON v.id = o.variation_id WHERE c.entity = 'variation_option'
    UNION SELECT i.product_id FROM changed AS c JOIN product_item AS i USING (id) WHERE c.entity = 'product_item'
    UNION SELECT i.product_id FROM changed AS c JOIN product_item_option AS l USING (id)
        JOIN product_item AS i ON i.id = l.product_item_id WHERE c.entity = 'product_item_option'
)
"""
_TAKE_TURN = text("SELECT generation FROM catalogue WHERE id = 1 FOR UPDATE")
# All parts see the documents from before the statement. `kind` is how a document changes for shoppers, to whom those of
# deleted products are not there; NULL when they notice nothing.
_REFRESH = text(f"""
WITH {_AFFECTED}, fresh AS MATERIALIZED (
    SELECT p.id, p.name, p.description, p.currency, p.is_deleted, p.metadata, {_DOCUMENT} AS document, (
        SELECT coalesce(string_agg(i.sku, E'\\n' ORDER BY i.id), '') FROM product_item AS i
        WHERE i.product_id = p.id AND NOT i.is_deleted
    ) AS skus
    FROM affected JOIN product AS p USING (id)
), gone AS (
    DELETE FROM product_document AS d USING affected AS a
    WHERE d.id = a.id AND NOT EXISTS (SELECT FROM fresh WHERE fresh.id = d.id)
    RETURNING d.id, d.is_deleted
), differing AS MATERIALIZED (
    SELECT f.*, CASE WHEN coalesce(d.is_deleted, true) THEN CASE WHEN NOT f.is_deleted THEN 'CREATED' END
                     WHEN f.is_deleted THEN 'DELETED' ELSE 'UPDATED' END AS kind,
        (f.name, f.description, f.skus, f.currency, f.is_deleted, f.metadata)
            IS DISTINCT FROM (d.name, d.description, d.skus, d.currency, d.is_deleted, d.metadata) AS words
    FROM fresh AS f LEFT JOIN product_document AS d USING (id) WHERE f.document IS DISTINCT FROM d.document
), written AS (
    INSERT INTO product_document (id, name, description, skus, document, currency, is_deleted, metadata)
    SELECT id, name, description, skus, document, currency, is_deleted, metadata FROM differing
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, description = excluded.description, skus = excluded.skus,
        document = excluded.document, currency = excluded.currency, is_deleted = excluded.is_deleted,
        metadata = excluded.metadata
), noted AS MATERIALIZED (
    SELECT id, kind, words FROM differing WHERE kind IS NOT NULL
    UNION ALL SELECT id, 'DELETED', true FROM gone WHERE NOT is_deleted
), counted AS (
    UPDATE catalogue SET generation = generation + 1, forgotten = greatest(forgotten, generation + 1 - :kept),
        total = total + (SELECT count(*) FILTER (WHERE kind = 'CREATED') - count(*) FILTER (WHERE kind = 'DELETED')
                         FROM noted)
    WHERE id = 1 AND EXISTS (SELECT FROM noted)
    RETURNING generation, forgotten
), forgotten AS (
    DELETE FROM catalogue_change AS c USING counted WHERE c.generation <= counted.forgotten
), logged AS (
    INSERT INTO catalogue_change (generation, product_id, kind, words)
    SELECT counted.generation, noted.id, noted.kind, noted.words FROM noted, counted
)
SELECT count(*) FROM noted
""")
_SOME_IDS = text("""
SELECT id FROM (SELECT id FROM product UNION SELECT id FROM product_document) AS known
WHERE id > :after ORDER BY id LIMIT :limit
""")
_COUNT_AGAIN = text("""
UPDATE catalogue SET total = actual.size, generation = generation + 1, forgotten = generation + 1
FROM (SELECT count(*) AS size FROM product_document WHERE NOT is_deleted) AS actual
WHERE id = 1 AND total <> actual.size
""")


async def refresh_documents(read: AsyncConnection, changes: Sequence[Change]) -> None:
    """Rebuilds the documents of all products that `changes` touch, in the connection's transaction."""
    changed: dict[str, list[int]] = {}
    for change in changes:
        if change.entity in _PARTS:
            changed.setdefault(change.entity, []).append(change.entity_id)
    if changed:
        await _refresh(read, changed)


async def rebuild_documents(read: AsyncEngine, *, batch: int = 500) -> int:
    """Rebuilds all documents while the system runs, and removes those of products that do not exist.

    Returns the number of products it checked. Correct documents stay unchanged, also in caches.
    """
    count, after = 0, 0
    while True:
        async with read.begin() as connection:
            ids = (await connection.execute(_SOME_IDS, {"after": after, "limit": batch})).scalars().all()
            if not ids:
                await connection.execute(_TAKE_TURN)
                await connection.execute(_COUNT_AGAIN)
                return count
            await _refresh(connection, {"product": ids})
        count, after = count + len(ids), ids[-1]


async def _refresh(read: AsyncConnection, changed: Mapping[str, Sequence[int]]) -> None:
    # Runs before the statement that compares: that must see all changes committed under earlier generations.
    await read.execute(_TAKE_TURN)
    await read.execute(_REFRESH, {"changed": as_json(changed), "kept": KEPT_GENERATIONS})
