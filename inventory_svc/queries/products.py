"""Products as shoppers read them: whole trees, put together by the database in one statement."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydantic import TypeAdapter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.context import current
from chassis.db.bulk import as_json
from chassis.db.failures import translated
from chassis.db.freshness import Freshness
from chassis.errors import InvalidArgument
from inventory_svc.domain.errors import ProductNotFound
from inventory_svc.domain.product import Product
from inventory_svc.queries.page_tokens import PageToken

DEFAULT_PAGE_SIZE = 10

# A domain.product.Product in JSON. Amounts as text: JSON's numbers would make floats of them.
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
            'quantity_on_hand', s.on_hand, 'warehouse_location', s.warehouse_location,
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
        FROM product_item AS i JOIN inventory AS s ON s.id = i.id
        WHERE i.product_id = p.id AND NOT i.is_deleted
    )
)
"""
_GET = text(f"SELECT CAST({_DOCUMENT} AS text) FROM product AS p WHERE p.id = :id AND NOT p.is_deleted")
# Every word must be somewhere. One row at least, so that the total is there for an empty page too.
_PAGE = text(f"""
WITH matching AS (
    SELECT p.id FROM product AS p WHERE NOT p.is_deleted AND NOT EXISTS (
        SELECT FROM jsonb_array_elements_text(CAST(:patterns AS jsonb)) AS word(pattern)
        WHERE NOT (p.name ILIKE pattern OR p.description ILIKE pattern OR EXISTS (
            SELECT FROM product_item AS i WHERE i.product_id = p.id AND NOT i.is_deleted AND i.sku ILIKE pattern
        ))
    )
), page AS (
    SELECT id FROM matching WHERE id > :after ORDER BY id LIMIT :limit OFFSET :skipped
)
SELECT total.size, p.id, CAST(CASE WHEN p.id IS NOT NULL THEN {_DOCUMENT} END AS text) AS document
FROM (SELECT count(*) AS size FROM matching) AS total
LEFT JOIN (SELECT product.* FROM page JOIN product USING (id)) AS p ON true
ORDER BY p.id
""")
_PRODUCTS = TypeAdapter(Product)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductPage:
    """Some of `total_size` products; `next_page_token` is empty on the last page."""

    products: tuple[Product, ...]
    total_size: int
    next_page_token: str


class ProductQueries:
    """Reads the catalogue, after what the caller has done is there."""

    def __init__(self, read: AsyncEngine, freshness: Freshness) -> None:
        self._read = read
        self._freshness = freshness

    async def get_product(self, product_id: int) -> Product:
        """Raises ProductNotFound."""
        with translated():
            await self._freshness.wait(current().caller.id, current().position)
            async with self._read.connect() as connection:
                document = await connection.scalar(_GET, {"id": product_id})
        if document is None:
            raise ProductNotFound.of(product_id)
        return _PRODUCTS.validate_json(document)

    async def list_products(
        self, *, page_number: int = 0, page_size: int = 0, query: str = "", page_token: str = ""
    ) -> ProductPage:
        """By number (from 1) or by token, not both; zeros mean the defaults. Oldest first."""
        if page_number and page_token:
            raise InvalidArgument.of("pageToken", "can not be used together with pageNumber")
        after = PageToken.parse(page_token, query).after if page_token else 0
        limit = page_size or DEFAULT_PAGE_SIZE
        parameters = {
            "patterns": as_json([f"%{_escaped(word)}%" for word in query.split()]),
            "after": after,
            # One more than fits tells whether there is a next page.
            "limit": limit + 1,
            "skipped": max(0, page_number - 1) * limit,
        }
        with translated():
            await self._freshness.wait(current().caller.id, current().position)
            async with self._read.connect() as connection:
                rows = (await connection.execute(_PAGE, parameters)).all()
        found = [row for row in rows if row.document is not None]
        more = len(found) > limit
        return ProductPage(
            products=tuple(_PRODUCTS.validate_json(row.document) for row in found[:limit]),
            total_size=rows[0].size,
            next_page_token=PageToken(found[limit - 1].id, query).text() if more else "",
        )


def _escaped(word: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", word)
