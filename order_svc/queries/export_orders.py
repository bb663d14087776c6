"""ExportOrders: the orders of some days, or their items, as CSV, in order of time, with at most one page in memory.

All pages are of one snapshot. An open snapshot keeps a connection and the versions of changed rows, so the number of
exports and the time of each are limited.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, literal, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.db.types import UtcDateTime
from chassis.errors import AppError, Kind
from foundation.csv_lines import lines, time_cell
from foundation.time_zones import midnight
from order_svc.domain.views import OrderView
from order_svc.order_ids import OrderIds
from order_svc.queries.read_model import OrderRow, views_of

PAGE_SIZE = 500
MAX_EXPORTS = 4
EXPORT_S = 900.0
# The longest time that a reader may take for what is under way.
PAUSE_S = 300.0
_LIMIT_PAUSES = text(
    "SELECT set_config('idle_in_transaction_session_timeout', CAST(CAST(:ms AS bigint) AS text), true)"
)
_ORDER_COLUMNS = (
    "id",
    "number",
    "status",
    "placed_at",
    "paid_at",
    "cancelled_at",
    "created_by",
    "currency_code",
    "sub_total",
    "discount_total",
    "total_amount",
    "refunded_amount",
    "payment_method",
    "payment_status",
    "transaction_id",
    "items",
    "note",
    "metadata",
)
_ITEM_COLUMNS = (
    "order_id",
    "order_number",
    "order_status",
    "placed_at",
    "currency_code",
    "item_id",
    "product_id",
    "product_item_id",
    "sku",
    "name",
    "options",
    "quantity",
    "unit_price",
    "sub_total",
    "discount_total",
    "total_amount",
    "returned_quantity",
    "written_off_quantity",
)


class TooManyExports(AppError):
    kind, reason = Kind.RESOURCE_EXHAUSTED, "TOO_MANY_EXPORTS"


class ExportTooSlow(AppError):
    kind, reason = Kind.DEADLINE_EXCEEDED, "EXPORT_TOO_SLOW"


class Cursor(NamedTuple):
    """Where a page ended."""

    placed_at: datetime
    id: int


async def limit_pauses(session: AsyncSession) -> None:
    """Has the database end the session's transaction if it waits too long for the next statement."""
    await session.execute(_LIMIT_PAUSES, {"ms": round(PAUSE_S * 1000)})


async def page_of_orders(
    session: AsyncSession, first: date, last: date, zone: ZoneInfo, after: Cursor | None
) -> list[OrderView]:
    """The next orders placed from day `first` to day `last`, both included; fewer than a page at the end."""
    query = select(OrderRow).where(
        OrderRow.placed_at >= midnight(first, zone), OrderRow.placed_at < midnight(last + timedelta(days=1), zone)
    )
    if after is not None:
        place = tuple_(literal(after.placed_at, UtcDateTime), literal(after.id, BigInteger))
        query = query.where(tuple_(OrderRow.placed_at, OrderRow.id) > place)
    return await views_of(session, query.order_by(OrderRow.placed_at, OrderRow.id).limit(PAGE_SIZE))


@dataclass(frozen=True, slots=True)
class ExportView:
    """What the lines of an export are."""

    name: str
    columns: Sequence[str]
    _rows: Callable[[OrderView, OrderIds, ZoneInfo], Iterable[Sequence[object]]]

    def csv_of(self, orders: Sequence[OrderView], ids: OrderIds, zone: ZoneInfo) -> Iterator[bytes]:
        """The lines of `orders`, with times in `zone`."""
        return lines(row for order in orders for row in self._rows(order, ids, zone))


def _order_row(order: OrderView, ids: OrderIds, zone: ZoneInfo) -> Iterator[Sequence[object]]:
    payment = order.payment
    yield (
        ids.of_order(order.id),
        order.id,
        order.status.contract_name,
        time_cell(order.placed_at, zone),
        time_cell(order.paid_at, zone),
        time_cell(order.cancelled_at, zone),
        order.created_by,
        order.currency,
        order.sub_total,
        order.discount_total,
        order.total_amount,
        payment.refunded,
        payment.method.contract_name,
        payment.status.contract_name,
        payment.transaction_id,
        "; ".join(f"{item.quantity} x {item.sku} {item.name}" for item in order.items),
        order.note,
        json.dumps(dict(order.metadata), ensure_ascii=False) if order.metadata else "",
    )


def _item_rows(order: OrderView, ids: OrderIds, zone: ZoneInfo) -> Iterator[Sequence[object]]:
    head = (
        ids.of_order(order.id),
        order.id,
        order.status.contract_name,
        time_cell(order.placed_at, zone),
        order.currency,
    )
    for item in order.items:
        yield (
            *head,
            ids.of_item(item.id),
            # None of an item that was ordered before 0.3.0.
            item.product_id or None,
            item.product_item_id,
            item.sku,
            item.name,
            "; ".join(f"{variation}: {value}" for variation, value in item.options),
            item.quantity,
            item.unit_price,
            item.sub_total,
            item.discount,
            item.sub_total - item.discount,
            item.returned,
            item.written_off,
        )


ORDERS = ExportView("orders", _ORDER_COLUMNS, _order_row)
ITEMS = ExportView("order_items", _ITEM_COLUMNS, _item_rows)
