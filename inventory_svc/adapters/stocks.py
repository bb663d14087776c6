"""Stock in SQL: one statement locks the items of a batch, another applies its changes."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, Table, TextualSelect, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.context import current
from chassis.db.bulk import as_json, in_order
from chassis.db.types import Amount, Json, UtcDateTime
from chassis.db.writes import UNLOCKED, enqueue_insert, enqueue_update, is_optimistic
from chassis.money import Money
from inventory_svc.adapters.tables import InventoryRow, StockAdjustmentRow
from inventory_svc.domain.stock import Movement, StockBatch, StockItem, StockLevel
from inventory_svc.queries.stock import stock_level

_INVENTORY: Table = InventoryRow.__table__  # type: ignore[assignment]
_ADJUSTMENTS: Table = StockAdjustmentRow.__table__  # type: ignore[assignment]

# An item's name, SKU and price are read together with its stock: a price change applies from its commit, and no copy
# can be stale.
_ITEMS = (
    "SELECT stock.id, stock.on_hand, stock.reserved, item.sku, product.name, item.price, product.currency, "
    "item.product_id, item.chosen, "
    "stock.backordered, stock.places, stock.row_version, item.backorderable, "
    "NOT (item.is_deleted OR product.is_deleted) AS for_sale, statement_timestamp() AS now "
    "FROM inventory AS stock JOIN product_item AS item ON item.id = stock.id "
    "JOIN product ON product.id = item.product_id "
    "WHERE stock.id IN ({which}) ORDER BY stock.id"
)
_IDS = "SELECT CAST(value AS bigint) FROM jsonb_array_elements_text(CAST(:ids AS jsonb))"
_ORDER_IDS = "SELECT CAST(value AS bigint) FROM jsonb_array_elements_text(CAST(:order_ids AS jsonb))"
_OF_ORDERS = f"SELECT product_item_id FROM reservation_line WHERE order_id IN ({_ORDER_IDS})"
_WANTED = f"{_IDS} UNION {_OF_ORDERS}"
_COLUMNS = in_order(
    "id on_hand reserved sku name price currency product_id chosen backordered places row_version backorderable "
    "for_sale now",
    price=Amount,
    now=UtcDateTime,
    chosen=Json,
)
_LOOK = text(_ITEMS.format(which=_WANTED)).columns(*_COLUMNS)
_LOCK = text(f"{_ITEMS} FOR UPDATE OF stock".format(which=_WANTED)).columns(*_COLUMNS)
_LEVELS = text(
    "SELECT stock.id, item.sku, stock.on_hand, stock.reserved, stock.sold, stock.backordered, "
    "stock.warehouse_location, stock.row_version, stock.modified_on, item.backorderable FROM inventory AS stock "
    f"JOIN product_item AS item ON item.id = stock.id WHERE stock.id IN ({_IDS}) ORDER BY stock.id"
).columns(modified_on=UtcDateTime)
_FIND_LOCKED = text(
    "WITH needed AS MATERIALIZED ("
    f"SELECT CAST(NULL AS bigint) AS order_id, id FROM inventory WHERE id IN ({_IDS}) "
    f"UNION ALL SELECT order_id, product_item_id AS id FROM reservation_line WHERE order_id IN ({_ORDER_IDS})"
    "), free AS MATERIALIZED (SELECT id FROM inventory WHERE id IN (SELECT id FROM needed) FOR UPDATE SKIP LOCKED) "
    "SELECT order_id, id FROM needed WHERE id NOT IN (SELECT id FROM free)"
)

_COUNTERS = [counter.name for counter in fields(Movement)]


class SqlStocks:
    """The stock of the write database, in this session's transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self, item_ids: Iterable[int] = (), *, of_orders: Iterable[int] = ()) -> StockBatch:
        statement = _LOOK if is_optimistic(self._session) else _LOCK
        return await self._stock_batch(statement, {"ids": list(item_ids), "order_ids": list(of_orders)})

    async def look(self, item_ids: Iterable[int]) -> StockBatch:
        return await self._stock_batch(_LOOK, {"ids": list(item_ids), "order_ids": []})

    async def find_locked(self, item_ids: Sequence[int], order_ids: Sequence[int]) -> dict[Hashable, Hashable]:
        """The items that other transactions have locked, by item, and by order that needs one."""
        wanted = {"ids": as_json(item_ids), "order_ids": as_json(order_ids)}
        rows = await self._session.execute(_FIND_LOCKED, wanted)
        return {("order", row.order_id) if row.order_id else ("item", row.id): ("item", row.id) for row in rows}

    async def levels(self, item_ids: Iterable[int]) -> list[StockLevel]:
        rows = (await self._session.execute(_LEVELS, {"ids": as_json(list(item_ids))})).all()
        return [stock_level(row) for row in rows]

    async def note_adjustment(self, product_item_id: int, delta: int, reason: str) -> None:
        caller = current().caller.id
        row = {"product_item_id": product_item_id, "delta": delta, "reason": reason, "adjusted_by": caller}
        await enqueue_insert(self._session, _ADJUSTMENTS, [row])

    async def _stock_batch(self, statement: TextualSelect, which: Mapping[str, list[int]]) -> StockBatch:
        wanted = {name: as_json(ids) for name, ids in which.items()}
        rows: Sequence[Row[Any]] = []
        if any(which.values()):
            rows = (await self._session.execute(statement, wanted, execution_options=UNLOCKED)).all()
        items = {
            row.id: StockItem(
                product_item_id=row.id,
                sku=row.sku,
                name=row.name,
                price=Money(row.price, row.currency),
                for_sale=row.for_sale,
                on_hand=row.on_hand,
                reserved=row.reserved,
                backorderable=row.backorderable,
                backordered=row.backordered,
                places=row.places,
                version=row.row_version,
                product_id=row.product_id,
                options=tuple((variation, value) for variation, value in row.chosen),
            )
            for row in rows
        }
        # An empty batch holds nothing, so its time is never read.
        return StockBatch(rows[0].now if rows else datetime.min.replace(tzinfo=UTC), items)

    async def save(self, stock_batch: StockBatch) -> None:
        moved = [
            {"id": item.product_item_id, "row_version": item.version} | asdict(item.moved)
            for item in stock_batch.moved()
        ]
        # Increments the counters although they are locked: if guard and lock were ever missing, the CHECKs would fail.
        await enqueue_update(self._session, _INVENTORY, moved, match=["id", "row_version"], add=_COUNTERS)
