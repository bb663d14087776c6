"""ExportOrders: the orders of some days as CSV (RFC 4180), in order of time, with at most one page in memory.

All pages are of one snapshot. An open snapshot keeps a connection and the versions of changed rows, so the number of
exports and the time of each are limited.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import BigInteger, literal, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.db.types import UtcDateTime
from chassis.errors import AppError, Kind
from foundation.csv_lines import lines, text_cell, time_cell
from order_svc.domain.views import OrderView
from order_svc.order_ids import OrderIds
from order_svc.queries.read_model import OrderRow, views_of, whole_orders

PAGE_SIZE = 500
MAX_EXPORTS = 4
EXPORT_S = 900.0
# The longest time that a reader may take for what is under way.
PAUSE_S = 300.0
_LIMIT_PAUSES = text(
    "SELECT set_config('idle_in_transaction_session_timeout', CAST(CAST(:ms AS bigint) AS text), true)"
)
COLUMNS = (
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


async def page_of_orders(session: AsyncSession, first: date, last: date, after: Cursor | None) -> list[OrderView]:
    """The next orders placed from day `first` to day `last`, both included; fewer than a page at the end."""
    query = whole_orders().where(
        OrderRow.placed_at >= datetime.combine(first, time.min, UTC),
        OrderRow.placed_at < datetime.combine(last, time.min, UTC) + timedelta(days=1),
    )
    if after is not None:
        place = tuple_(literal(after.placed_at, UtcDateTime), literal(after.id, BigInteger))
        query = query.where(tuple_(OrderRow.placed_at, OrderRow.id) > place)
    return await views_of(session, query.order_by(OrderRow.placed_at, OrderRow.id).limit(PAGE_SIZE))


def csv_of(orders: Sequence[OrderView], ids: OrderIds) -> Iterator[bytes]:
    """A line for each order."""
    return lines(_line(order, ids) for order in orders)


def _line(order: OrderView, ids: OrderIds) -> tuple[object, ...]:
    payment = order.payment
    return (
        ids.of_order(order.id),
        order.id,
        order.status.contract_name,
        time_cell(order.placed_at),
        time_cell(order.paid_at),
        time_cell(order.cancelled_at),
        text_cell(order.created_by),
        order.currency,
        order.sub_total,
        order.discount_total,
        order.total_amount,
        payment.refunded,
        payment.method.contract_name,
        payment.status.contract_name,
        text_cell(payment.transaction_id),
        text_cell("; ".join(f"{item.quantity} x {item.sku} {item.name}" for item in order.items)),
    )
