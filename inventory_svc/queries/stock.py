"""The stock, of which shoppers read what is available, and administrators everything."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, text

from chassis.context import current
from chassis.db.bulk import as_json
from chassis.db.failures import translated
from chassis.db.read_your_writes import ReadYourWrites
from chassis.db.types import UtcDateTime
from chassis.page_tokens import PageTokens
from inventory_svc.domain.errors import ProductItemNotFound, ProductNotFound
from inventory_svc.domain.stock import StockLevel
from inventory_svc.queries.products import CreatorOf
from read_replica.reads import Reads, rows_of

# Returns at least one row for a product that exists.
OF_PRODUCT = text("""
SELECT item.id, item.sku, stock.on_hand, stock.reserved, stock.sold, stock.backordered, stock.warehouse_location,
       stock.row_version, stock.modified_on, item.backorderable
FROM product
LEFT JOIN (product_item AS item JOIN inventory AS stock ON stock.id = item.id)
       ON item.product_id = product.id AND NOT item.is_deleted
WHERE product.id = :product_id AND NOT product.is_deleted
ORDER BY item.id
""").columns(modified_on=UtcDateTime)


_COLUMNS = """
SELECT item.id, item.sku, stock.on_hand, stock.reserved, stock.sold, stock.backordered, stock.warehouse_location,
       stock.row_version, stock.modified_on, item.backorderable
FROM inventory AS stock
JOIN product_item AS item ON item.id = stock.id AND NOT item.is_deleted
JOIN product ON product.id = item.product_id AND NOT product.is_deleted
"""
_LEVELS = text(f"""{_COLUMNS}
WHERE stock.id IN (SELECT CAST(value AS bigint) FROM jsonb_array_elements_text(CAST(:ids AS jsonb)))
ORDER BY stock.id
""").columns(modified_on=UtcDateTime)
_LOW = text(f"""{_COLUMNS}
WHERE stock.on_hand - stock.reserved <= :threshold
  AND (CAST(:product_id AS bigint) = 0 OR item.product_id = CAST(:product_id AS bigint))
  AND (stock.on_hand - stock.reserved - stock.backordered, stock.id) > (:after_free, :after_id)
ORDER BY stock.on_hand - stock.reserved - stock.backordered, stock.id LIMIT :limit
""").columns(modified_on=UtcDateTime)
_OF_ALL = f"{_COLUMNS} WHERE stock.id > :after_id {{of_product}} ORDER BY stock.id LIMIT :limit"
LIST = text(_OF_ALL.format(of_product="")).columns(modified_on=UtcDateTime)
LIST_OF_PRODUCT = text(_OF_ALL.format(of_product="AND item.product_id = :product_id")).columns(modified_on=UtcDateTime)
_PAGE_SIZE = 1000
_TOKENS = PageTokens(int)
# Available and backordered pieces and the id of a page's last item; the list is sorted by their difference and the id.
_LOW_TOKENS = PageTokens(tuple[int, int, int])
_BEFORE_ALL = (0, 2**62, 0)


class StockPage(NamedTuple):
    """Changes before `read_time` are in the page; None if that is not known."""

    levels: list[StockLevel]
    next_page_token: str
    read_time: datetime | None


class StockQueries:
    """Reads the stock; a caller always reads its own writes."""

    def __init__(
        self, read: Reads, read_your_writes: ReadYourWrites, creator_of: CreatorOf, item_creator_of: CreatorOf
    ) -> None:
        self._read = read
        self._freshness, self._creator_of, self._item_creator_of = read_your_writes, creator_of, item_creator_of

    async def get_product_inventory(self, product_id: int) -> list[StockLevel]:
        """The stock of all items of a product, in id order.

        Raises ProductNotFound, and Unavailable for a product that exists but is not projected in time.
        """
        await self._freshness.wait(current().caller.id, current().position)
        rows = await self._freshness.find(lambda: self._of_product(product_id), lambda: self._creator_of(product_id))
        if rows is None:
            raise ProductNotFound.of(product_id)
        return [stock_level(row) for row in rows if row.id is not None]

    async def _of_product(self, product_id: int) -> Sequence[Row[Any]] | None:
        return await rows_of(self._read, OF_PRODUCT, {"product_id": product_id}) or None

    async def get_stock_level(self, item_id: int) -> StockLevel:
        """Raises ProductItemNotFound, and Unavailable for an item that exists but is not projected in time."""
        await self._freshness.wait(current().caller.id, current().position)
        level = await self._freshness.find(lambda: self._of_item(item_id), lambda: self._item_creator_of(item_id))
        if level is None:
            raise ProductItemNotFound.of({"productItemId": item_id})
        return level

    async def _of_item(self, item_id: int) -> StockLevel | None:
        return next(iter(await self.levels([item_id])), None)

    async def list_stock_levels(self, product_id: int = 0, *, page_size: int = 0, page_token: str = "") -> StockPage:
        """A page of the stock of all items, or of a product's, in id order, and the next page's token.

        Raises InvalidArgument for a token of another list.
        """
        filter, size = f"stock of {product_id}", page_size or _PAGE_SIZE
        parameters = {"after_id": _TOKENS.read(page_token, filter=filter) if page_token else 0, "limit": size + 1}
        statement, which = (LIST_OF_PRODUCT, {"product_id": product_id}) if product_id else (LIST, {})
        with translated():
            await self._freshness.wait(current().caller.id, current().position)
            read_time = self._freshness.read_time()
            async with self._read.connect() as connection:
                rows = (await connection.execute(statement, parameters | which)).all()
        levels = [stock_level(row) for row in rows[:size]]
        token = _TOKENS.write(levels[-1].product_item_id, filter=filter) if len(rows) > size else ""
        return StockPage(levels, token, read_time)

    async def list_low_stock(
        self, threshold: int, product_id: int = 0, *, page_size: int = 0, page_token: str = ""
    ) -> StockPage:
        """A page of the items, all or a product's, with `threshold` or fewer available pieces, fewest first.

        Backordered pieces count as missing. Raises InvalidArgument for a token of another list.
        """
        filter, size = f"low stock {threshold} of {product_id}", page_size or _PAGE_SIZE
        available, backordered, after_id = _LOW_TOKENS.read(page_token, filter=filter) if page_token else _BEFORE_ALL
        which = {"threshold": threshold, "product_id": product_id, "limit": size + 1}
        after = {"after_free": available - backordered, "after_id": after_id}
        with translated():
            await self._freshness.wait(current().caller.id, current().position)
            read_time = self._freshness.read_time()
            async with self._read.connect() as connection:
                rows = (await connection.execute(_LOW, which | after)).all()
        levels = [stock_level(row) for row in rows[:size]]
        if len(rows) <= size:
            return StockPage(levels, "", read_time)
        last = levels[-1]
        token = _LOW_TOKENS.write((last.available, last.backordered, last.product_item_id), filter=filter)
        return StockPage(levels, token, read_time)

    async def levels(self, item_ids: Collection[int], *, fresh: bool = False) -> list[StockLevel]:
        """The stock of the existing items, by id; `fresh` waits until the caller's writes are visible."""
        with translated():
            if fresh:
                await self._freshness.wait(current().caller.id, current().position)
            async with self._read.connect() as connection:
                rows = (await connection.execute(_LEVELS, {"ids": as_json(list(item_ids))})).all()
        return [stock_level(row) for row in rows]


def stock_level(row: Row[Any]) -> StockLevel:
    """The levels from a row of a statement of the write or the read side."""
    return StockLevel(
        product_item_id=row.id,
        sku=row.sku,
        on_hand=row.on_hand,
        reserved=row.reserved,
        sold=row.sold,
        backordered=row.backordered,
        backorderable=row.backorderable,
        warehouse_location=row.warehouse_location,
        version=row.row_version,
        modified_on=row.modified_on,
    )
