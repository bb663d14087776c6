"""Orders in SQL: whole batches of aggregates in one statement, whatever their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, literal_column, select
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.context import current
from chassis.db.bulk import EXPECTED_VERSION, as_json, insert_rows, update_rows
from chassis.db.failures import CHANGED_MEANWHILE
from chassis.db.optimism import UNLOCKED, is_optimistic
from chassis.db.types import Json
from chassis.db.writes import enqueue_insert, enqueue_update, enqueue_write
from order_svc.adapters.order_rows import creation, discount_row, item_row, order_of, order_row, payment_row
from order_svc.adapters.recent_orders import RecentOrders
from order_svc.adapters.tables import OrderDiscountRow, OrderItemRow, OrderRow, PaymentRow
from order_svc.domain.order import Order, OrderNotFound
from order_svc.domain.status import Status

_ORDERS: Table = OrderRow.__table__  # type: ignore[assignment]
_ITEMS: Table = OrderItemRow.__table__  # type: ignore[assignment]
_DISCOUNTS: Table = OrderDiscountRow.__table__  # type: ignore[assignment]
_PAYMENTS: Table = PaymentRow.__table__  # type: ignore[assignment]

# Bare tables, so unfiltered: whoever may not see an order is stopped by `get`.
_WANTED = sql("SELECT CAST(value AS bigint) FROM jsonb_array_elements_text(CAST(:ids AS jsonb))")
# In the order's own row, so that orders without any cost no statement for it.
_DISCOUNTS_OF: ColumnElement[Any] = literal_column(
    "(SELECT jsonb_agg(jsonb_build_object('id', d.id, 'code', d.code, 'description', d.description, "
    "'amount', CAST(d.amount AS text)) ORDER BY d.id) FROM order_discount AS d "
    "WHERE d.order_id = orders.id AND NOT d.is_deleted)",
    Json,
).label("discounts")
_FIND: Select[Any] = (
    select(_ORDERS, _DISCOUNTS_OF, *[column.label(f"payment_{column.name}") for column in _PAYMENTS.columns])
    .join(_PAYMENTS, _PAYMENTS.c.id == _ORDERS.c.id)
    .where(sql(f"orders.id IN ({_WANTED.text})"))
    .order_by(_ORDERS.c.id)
)
_FIND_LOCKED = _FIND.with_for_update(of=_ORDERS)
_PLACED_HOLDS = sql(
    f"SELECT id FROM orders WHERE id IN ({_WANTED.text}) UNION "
    f"SELECT extra_order_id FROM orders WHERE extra_order_id <> 0 AND extra_order_id IN ({_WANTED.text})"
)
_FIND_ITEMS = select(_ITEMS).where(sql(f"order_id IN ({_WANTED.text}) AND NOT is_deleted")).order_by(_ITEMS.c.id)


_REMOVE = (
    "UPDATE {table} SET is_deleted = true, deleted_on = now(), modified_on = now(), modified_by = :modified_by, "
    "row_version = :row_version WHERE order_id = :order_id AND NOT is_deleted "
    "AND id NOT IN (SELECT CAST(value AS bigint) FROM jsonb_array_elements_text(CAST(:kept AS jsonb)))"
)
# Locks what it finds: whoever changes it at this moment is waited for.
_STILL = (
    "SELECT t.id FROM orders AS t JOIN jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(id bigint, was bigint) "
    "ON r.id = t.id WHERE t.row_version = r.was FOR SHARE OF t"
)
_REMOVE_ITEMS = sql(_REMOVE.format(table="order_item"))
_REMOVE_DISCOUNTS = sql(_REMOVE.format(table="order_discount"))


class SqlOrders:
    """The orders of the write database, in this session's transaction.

    In an optimistic session `find` takes what is in `recent` from there, and locks nothing.
    """

    def __init__(self, session: AsyncSession, recent: RecentOrders | None = None) -> None:
        self._session = session
        self._recent = recent
        self._added: list[Order] = []
        # The versions that are stored, by id; and of which orders that is still to be made sure of.
        self._stored: dict[int, int] = {}
        # An order that had to be waited for comes as it is now, but its payment as it was when the waiting began.
        self._payments_stored: dict[int, int] = {}
        self._looked_at: set[int] = set()

    async def guard(self) -> None:
        """Has the commit fail if an order that was found without a lock, and not changed, is another by then.

        What was done because of it would else be wrong: ending the job of an order that can not be paid, say.
        """
        rows = [{"id": id, EXPECTED_VERSION: self._stored[id]} for id in sorted(self._looked_at)]
        if rows:
            await enqueue_write(self._session, "orders looked at", _STILL, rows, refusal=CHANGED_MEANWHILE)

    def committed(self) -> None:
        """What was added is in the database now."""
        if self._recent is not None:
            self._recent.keep(order for order in self._added if order.status is Status.CONFIRMED)

    async def add(self, orders: Sequence[Order]) -> None:
        self._added += orders
        self._are_stored(orders)
        made = {order.id: creation(order) for order in orders}
        await enqueue_insert(self._session, _ORDERS, [order_row(order) | made[order.id] for order in orders])
        discounts = [discount_row(discount, order) | made[order.id] for order in orders for discount in order.discounts]
        await enqueue_insert(self._session, _DISCOUNTS, discounts)
        items = [item_row(item, order) | made[order.id] for order in orders for item in order.items]
        await enqueue_insert(self._session, _ITEMS, items)
        payments = [payment_row(order) | {"order_id": order.id} | made[order.id] for order in orders]
        await enqueue_insert(self._session, _PAYMENTS, payments)

    async def get(self, order_id: int) -> Order:
        # Through the mapped class, so that the session's ownership filter decides whether it is there.
        visible = select(OrderRow.id).where(OrderRow.id == order_id).with_for_update()
        if await self._session.scalar(visible) is None:
            raise OrderNotFound.of(order_id)
        return (await self.find([order_id]))[order_id]

    async def read(self, order_id: int) -> Order:
        """Like `get`, without a lock."""
        if await self._session.scalar(select(OrderRow.id).where(OrderRow.id == order_id)) is None:
            raise OrderNotFound.of(order_id)
        return (await self._load(_FIND, [order_id]))[order_id]

    async def find(self, order_ids: Sequence[int]) -> dict[int, Order]:
        if not is_optimistic(self._session):
            return await self._load(_FIND_LOCKED, order_ids)
        recent = self._recent.take(order_ids) if self._recent else {}
        self._are_stored(recent.values())
        others = [id for id in order_ids if id not in recent]
        found = recent | (await self._load(_FIND, others) if others else {})
        self._looked_at.update(found)
        return found

    async def placed_holds(self, order_ids: Sequence[int]) -> set[int]:
        return set((await self._session.execute(_PLACED_HOLDS, {"ids": as_json(order_ids)})).scalars())

    async def save(self, orders: Sequence[Order]) -> None:
        changed_by: dict[str, Any] = {"modified_by": current().caller.id}
        how: dict[str, Any] = {"match": ["id"], "set_": {"modified_on": "now()"}, "expected_version": "row_version"}
        heads = [order_row(order) | changed_by | {EXPECTED_VERSION: self._stored[order.id]} for order in orders]
        # Named apart from new orders, of which none is among these.
        await enqueue_update(self._session, _ORDERS, heads, name="orders stored before", **how)
        payments = [
            payment_row(order) | changed_by | {EXPECTED_VERSION: self._payments_stored[order.id]} for order in orders
        ]
        await enqueue_update(self._session, _PAYMENTS, payments, name="payments stored before", **how)
        self._are_stored(orders)
        self._looked_at.difference_update(order.id for order in orders)

    async def save_items(self, order: Order) -> None:
        changed_by = {"modified_by": current().caller.id}
        for remove, parts in ((_REMOVE_ITEMS, order.items), (_REMOVE_DISCOUNTS, order.discounts)):
            gone = {"order_id": order.id, "row_version": order.row_version, "kept": as_json([it.id for it in parts])}
            await self._session.execute(remove, gone | changed_by)
        discounts = [
            discount_row(discount, order) | changed_by | {"row_version": order.row_version}
            for discount in order.discounts
        ]
        await update_rows(self._session, _DISCOUNTS, discounts, match=["id"], set_={"modified_on": "now()"})
        rows = [item_row(item, order) | {"row_version": order.row_version} for item in order.items]
        changed = [row | changed_by for row in rows]
        known = await update_rows(self._session, _ITEMS, changed, match=["id"], set_={"modified_on": "now()"})
        present = {row.id for row in known}
        added = [item_row(item, order) | creation(order) for item in order.items if item.id not in present]
        await insert_rows(self._session, _ITEMS, added)

    def _are_stored(self, orders: Iterable[Order]) -> None:
        for order in orders:
            self._stored[order.id] = self._payments_stored[order.id] = order.row_version

    async def _load(self, query: Select[Any], order_ids: Sequence[int]) -> dict[int, Order]:
        wanted = {"ids": as_json(order_ids)}
        rows = (await self._session.execute(query, wanted, execution_options=UNLOCKED)).all()
        items: dict[int, list[Row[Any]]] = defaultdict(list)
        for item in await self._session.execute(_FIND_ITEMS, wanted, execution_options=UNLOCKED):
            items[item.order_id].append(item)
        self._stored.update((row.id, row.row_version) for row in rows)
        self._payments_stored.update((row.id, row.payment_row_version) for row in rows)
        return {row.id: order_of(row, items[row.id]) for row in rows}
