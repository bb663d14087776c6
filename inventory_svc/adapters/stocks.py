"""Stock in SQL: one statement locks the items of a whole batch, one adds what moved."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import Table, TextualSelect, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.context import current
from chassis.db.bulk import as_json, recordset
from chassis.db.types import Amount, UtcDateTime
from chassis.money import Money
from inventory_svc.adapters.tables import InventoryRow
from inventory_svc.domain.stock import Shelf, StockItem

_INVENTORY: Table = InventoryRow.__table__  # type: ignore[assignment]

# What an item is and costs is read together with its stock: a change of price counts from its commit, and there is
# nothing to go stale.
_ITEMS = (
    "SELECT stock.id, stock.on_hand, stock.reserved, item.sku, product.name, item.price, product.currency, "
    "NOT (item.is_deleted OR product.is_deleted) AS for_sale, statement_timestamp() AS now "
    "FROM inventory AS stock JOIN product_item AS item ON item.id = stock.id "
    "JOIN product ON product.id = item.product_id "
    "WHERE stock.id IN (SELECT CAST(value AS bigint) FROM jsonb_array_elements_text(CAST(:ids AS jsonb))) "
    "ORDER BY stock.id"
)
_LOOK = text(_ITEMS).columns(price=Amount, now=UtcDateTime)
_LOCK = text(f"{_ITEMS} FOR UPDATE OF stock").columns(price=Amount, now=UtcDateTime)

# Adds to the counters instead of setting them: should a lock ever be missing, the CHECKs find out.
_MOVE = text(
    "UPDATE inventory AS t SET on_hand = t.on_hand + r.on_hand, reserved = t.reserved + r.reserved, "
    "sold = t.sold + r.sold, restocked = t.restocked + r.restocked, "
    "row_version = t.row_version + 1, modified_on = now(), modified_by = :modified_by "
    f"FROM {recordset(_INVENTORY, ['id', 'on_hand', 'reserved', 'sold', 'restocked'])} WHERE t.id = r.id"
)


class SqlStocks:
    """The stock of the write database, in this session's transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self, item_ids: Iterable[int]) -> Shelf:
        return await self._shelf(_LOCK, item_ids)

    async def look(self, item_ids: Iterable[int]) -> Shelf:
        return await self._shelf(_LOOK, item_ids)

    async def _shelf(self, statement: TextualSelect, item_ids: Iterable[int]) -> Shelf:
        ids = list(item_ids)
        rows = (await self._session.execute(statement, {"ids": as_json(ids)})).all() if ids else []
        items = {
            row.id: StockItem(
                product_item_id=row.id,
                sku=row.sku,
                name=row.name,
                price=Money(row.price, row.currency),
                for_sale=row.for_sale,
                on_hand=row.on_hand,
                reserved=row.reserved,
            )
            for row in rows
        }
        # Nothing can be held of an empty shelf, so nobody asks it for the time.
        return Shelf(rows[0].now if rows else datetime.min.replace(tzinfo=UTC), items)

    async def save(self, shelf: Shelf) -> None:
        moved = [
            {
                "id": item.product_item_id,
                "on_hand": item.moved.on_hand,
                "reserved": item.moved.reserved,
                "sold": item.moved.sold,
                "restocked": item.moved.restocked,
            }
            for item in shelf.moved()
        ]
        if moved:
            await self._session.execute(_MOVE, {"rows": as_json(moved), "modified_by": current().caller.id})
