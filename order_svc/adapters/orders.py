"""Orders in SQL: one statement for each batch of aggregates, whatever its size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, literal_column, select
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.clock import SystemClock
from chassis.context import current
from chassis.db.bulk import as_json, rows_of
from chassis.db.failures import CHANGED_MEANWHILE
from chassis.db.types import Json
from chassis.db.writes import UNLOCKED, enqueue_insert, enqueue_update, enqueue_write, is_optimistic
from order_svc.adapters.order_rows import creation, discount_row, item_row, order_of, order_row, payment_row
from order_svc.adapters.recent_orders import RecentOrders
from order_svc.adapters.tables import OrderDiscountRow, OrderItemRow, OrderRow, PaymentRow
from order_svc.domain.errors import OrderNotFound
from order_svc.domain.order import Order
from order_svc.domain.status import Status

_ORDERS: Table = OrderRow.__table__  # type: ignore[assignment]
_ITEMS: Table = OrderItemRow.__table__  # type: ignore[assignment]
_DISCOUNTS: Table = OrderDiscountRow.__table__  # type: ignore[assignment]
_PAYMENTS: Table = PaymentRow.__table__  # type: ignore[assignment]
_clock = SystemClock()

# Statements on bare tables have no ownership filter.
_FOUND_BY_GET = "`get` and `read` have refused orders that the caller may not see"

_WANTED = sql("SELECT CAST(value AS bigint) FROM jsonb_array_elements_text(CAST(:ids AS jsonb))")
# Stored in the order's row, so that orders without discounts cost no statement.
_DISCOUNTS_OF: ColumnElement[Any] = literal_column(
    "(SELECT jsonb_agg(jsonb_build_object('id', d.id, 'code', d.code, 'description', d.description, "
    "'amount', CAST(d.amount AS text)) ORDER BY d.id) FROM order_discount AS d "
    "WHERE d.order_id = orders.id AND NOT d.is_deleted)",
    Json,
).label("discounts")
_REFUNDS_OF: ColumnElement[Any] = literal_column(
    "(SELECT jsonb_agg(jsonb_build_object('refund_id', r.refund_id, 'transaction_id', r.transaction_id, "
    "'amount', CAST(r.amount AS text), 'reason', r.reason, 'items', r.items, 'requested_at', r.requested_at, "
    "'done_at', r.done_at, 'restock', r.restock) ORDER BY r.id) FROM refund AS r WHERE r.order_id = orders.id)",
    Json,
).label("refunds")
_PAYMENT_COLUMNS = [column.label(f"payment_{column.name}") for column in _PAYMENTS.columns]
_FIND: Select[Any] = (
    select(_ORDERS, _DISCOUNTS_OF, _REFUNDS_OF, *_PAYMENT_COLUMNS)
    .join(_PAYMENTS, _PAYMENTS.c.id == _ORDERS.c.id)
    .where(sql(f"orders.id IN ({_WANTED.text})"))
    .order_by(_ORDERS.c.id)
    .execution_options(ownership=_FOUND_BY_GET)
)
_FIND_LOCKED = _FIND.with_for_update(of=[_ORDERS, _PAYMENTS])
# The job of a change that inventory_svc has not applied yet names its hold: a later change may have replaced the one in
# the order. Two queries, as the jobs are in two indexes; an array, as a join would compare each job with each id.
_AMENDING = (
    "SELECT CAST(payload ->> 'supplementary_hold_id' AS bigint) FROM job WHERE kind = 'amend_stock' "
    f"AND CAST(payload ->> 'supplementary_hold_id' AS bigint) = ANY(ARRAY({_WANTED.text})) AND"
)
_PLACED_HOLDS = sql(
    f"SELECT id FROM orders WHERE id IN ({_WANTED.text}) UNION "
    "SELECT supplementary_hold_id FROM orders "
    f"WHERE supplementary_hold_id <> 0 AND supplementary_hold_id IN ({_WANTED.text}) UNION "
    f"{_AMENDING} state IN ('READY', 'RUNNING') UNION {_AMENDING} state = 'DEAD'"
)
# The key of a charge names the transaction, that of a sale also the order. A charge may have taken the money already.
_TO_BE_SOLD = (
    "SELECT CAST(payload ->> 'order_id' AS bigint) FROM job WHERE kind = '{kind}' AND key = ANY(ARRAY("
    f"SELECT {{key}} FROM payment WHERE id IN ({_WANTED.text}))) AND state IN ({{states}})"
)
_CHARGED = _TO_BE_SOLD.format(kind="charge", key="transaction_id", states="'READY', 'RUNNING'")
_SOLD = _TO_BE_SOLD.format(
    kind="commit_stock", key="payment.id || '/' || transaction_id", states="'READY', 'RUNNING', 'DEAD'"
)
_UNSOLD_HOLDS = sql(
    f"{_CHARGED} UNION {_SOLD} UNION {_AMENDING} state IN ('READY', 'RUNNING') UNION {_AMENDING} state = 'DEAD'"
)
_FIND_ITEMS = (
    select(_ITEMS)
    .where(sql(f"order_id IN ({_WANTED.text}) AND NOT is_deleted"))
    .order_by(_ITEMS.c.id)
    .execution_options(ownership=_FOUND_BY_GET)
)

# Locks the rows it finds, and so waits for transactions that are changing them.
_STILL = (
    f"SELECT t.id FROM orders AS t JOIN {rows_of(_ORDERS)} ON r.id = t.id WHERE t.row_version = r.row_version "
    "FOR SHARE OF t"
)


class SqlOrders:
    """The orders of the write database, in this session's transaction.

    In an optimistic session `find` locks nothing, and takes orders from `recent` if they are there.
    """

    def __init__(self, session: AsyncSession, recent: RecentOrders | None = None) -> None:
        self._session = session
        self._recent = recent
        self._added: list[Order] = []
        # Read without a lock, and not saved.
        self._looked_at: dict[int, Order] = {}
        # The ids of the parts that are stored, by table and order.
        self._parts: dict[tuple[Table, int], set[int]] = {}

    async def guard(self) -> None:
        """Makes the commit fail if another transaction changed an order that was read without a lock and not saved.

        A decision based on that order might be wrong, such as ending the job of an order that cannot be paid.
        """
        rows = [{"id": id, "row_version": order.stored_version} for id, order in sorted(self._looked_at.items())]
        if rows:
            await enqueue_write(self._session, "orders looked at", _STILL, rows, unless_all=CHANGED_MEANWHILE)

    def committed(self) -> None:
        """Marks the added orders as stored."""
        if self._recent is not None:
            self._recent.keep(order for order in self._added if order.status is Status.CONFIRMED)

    async def add(self, orders: Sequence[Order]) -> None:
        self._added += orders
        made = {order.id: creation(order) for order in orders}
        await enqueue_insert(self._session, _ORDERS, [made[order.id] | order_row(order) for order in orders])
        discounts = [discount_row(discount, order) | made[order.id] for order in orders for discount in order.discounts]
        await enqueue_insert(self._session, _DISCOUNTS, discounts)
        items = [item_row(item, order) | made[order.id] for order in orders for item in order.items]
        await enqueue_insert(self._session, _ITEMS, items)
        payments = [payment_row(order) | {"order_id": order.id} | made[order.id] for order in orders]
        await enqueue_insert(self._session, _PAYMENTS, payments)
        for order in orders:
            order.stored()

    async def get(self, order_id: int) -> Order:
        # Through the mapped class, so that the session's ownership filter applies.
        visible = select(OrderRow.id).where(OrderRow.id == order_id).with_for_update()
        if await self._session.scalar(visible) is None:
            raise OrderNotFound.of()
        return (await self.find([order_id]))[order_id]

    async def read(self, order_id: int) -> Order:
        """Like `get`, without a lock."""
        if await self._session.scalar(select(OrderRow.id).where(OrderRow.id == order_id)) is None:
            raise OrderNotFound.of()
        return (await self._load(_FIND, [order_id]))[order_id]

    async def find(self, order_ids: Sequence[int]) -> dict[int, Order]:
        if not is_optimistic(self._session):
            return await self._load(_FIND_LOCKED, order_ids)
        recent = self._recent.take(order_ids) if self._recent else {}
        others = [id for id in order_ids if id not in recent]
        found = recent | (await self._load(_FIND, others) if others else {})
        self._looked_at.update(found)
        return found

    async def look(self, order_ids: Sequence[int]) -> dict[int, Order]:
        """Like `find`, without locks."""
        return await self._load(_FIND, order_ids)

    async def placed_holds(self, order_ids: Sequence[int]) -> set[int]:
        return set((await self._session.execute(_PLACED_HOLDS, {"ids": as_json(order_ids)})).scalars())

    async def unsold_holds(self, order_ids: Sequence[int]) -> set[int]:
        return set((await self._session.execute(_UNSOLD_HOLDS, {"ids": as_json(order_ids)})).scalars())

    async def save(self, orders: Sequence[Order]) -> None:
        heads = [order_row(order) | {"row_version": order.stored_version} for order in orders]
        # A separate name, because this batch has no new orders.
        name = "orders stored before"
        await enqueue_update(
            self._session, _ORDERS, heads, match=["id", "row_version"], name=name, ownership=_FOUND_BY_GET
        )
        payments = [payment_row(order) for order in orders]
        name = "payments stored before"
        await enqueue_update(self._session, _PAYMENTS, payments, match=["id"], name=name, ownership=_FOUND_BY_GET)
        for order in orders:
            order.stored()
            self._looked_at.pop(order.id, None)

    async def save_items(self, order: Order) -> None:
        await self._save_parts(_ITEMS, order, [item_row(item, order) for item in order.items])
        await self._save_parts(_DISCOUNTS, order, [discount_row(discount, order) for discount in order.discounts])

    async def _save_parts(self, table: Table, order: Order, parts: Sequence[dict[str, Any]]) -> None:
        stored, present = self._parts[table, order.id], {part["id"] for part in parts}
        changed = [part for part in parts if part["id"] in stored]
        await enqueue_update(self._session, table, changed, match=["id"], ownership=_FOUND_BY_GET)
        # The log has who changed an order by the first row of it that changes, perhaps one of these.
        made = creation(order) | {"modified_by": current().caller.id}
        added = [part | made for part in parts if part["id"] not in stored]
        await enqueue_insert(self._session, table, added)
        removed = [{"id": id, "is_deleted": True, "deleted_on": _clock.now()} for id in stored - present]
        await enqueue_update(self._session, table, removed, match=["id"], ownership=_FOUND_BY_GET)
        self._parts[table, order.id] = present

    async def _load(self, query: Select[Any], order_ids: Sequence[int]) -> dict[int, Order]:
        wanted = {"ids": as_json(order_ids)}
        rows = (await self._session.execute(query, wanted, execution_options=UNLOCKED)).all()
        items: dict[int, list[Row[Any]]] = defaultdict(list)
        for item in await self._session.execute(_FIND_ITEMS, wanted, execution_options=UNLOCKED):
            items[item.order_id].append(item)
        found = {row.id: order_of(row, items[row.id]) for row in rows}
        for order in found.values():
            self._parts[_ITEMS, order.id] = {item.id for item in order.items}
            self._parts[_DISCOUNTS, order.id] = {discount.id for discount in order.discounts}
        return found
