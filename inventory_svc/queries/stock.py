"""The stock as shoppers read it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.context import current
from chassis.db.failures import translated
from chassis.db.freshness import Freshness
from inventory_svc.domain.errors import ProductNotFound
from inventory_svc.domain.stock import StockLevel

# One row at least for a product that exists.
OF_PRODUCT = text("""
SELECT item.id, item.sku, stock.on_hand, stock.reserved, stock.sold, stock.backordered, stock.warehouse_location,
       stock.row_version
FROM product
LEFT JOIN (product_item AS item JOIN inventory AS stock ON stock.id = item.id)
       ON item.product_id = product.id AND NOT item.is_deleted
WHERE product.id = :product_id AND NOT product.is_deleted
ORDER BY item.id
""")


class StockQueries:
    """Reads the stock, after what the caller has done is there."""

    def __init__(self, read: AsyncEngine, freshness: Freshness) -> None:
        self._read = read
        self._freshness = freshness

    async def get_product_inventory(self, product_id: int) -> list[StockLevel]:
        """Of all items of a product, by their ids. Raises ProductNotFound."""
        with translated():
            await self._freshness.wait(current().caller.id, current().position)
            async with self._read.connect() as connection:
                rows = (await connection.execute(OF_PRODUCT, {"product_id": product_id})).all()
        if not rows:
            raise ProductNotFound.of(product_id)
        return [stock_level(row) for row in rows if row.id is not None]


def stock_level(row: Row[Any]) -> StockLevel:
    """A row of one of the statements that read levels, of the write or the read side."""
    return StockLevel(
        product_item_id=row.id,
        sku=row.sku,
        on_hand=row.on_hand,
        reserved=row.reserved,
        sold=row.sold,
        backordered=row.backordered,
        warehouse_location=row.warehouse_location,
        version=row.row_version,
    )
