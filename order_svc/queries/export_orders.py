"""ExportOrders: the orders of some days as CSV (RFC 4180), in order of time, with at most one page in memory.

All pages are of one snapshot. An open snapshot keeps a connection and the versions of changed rows, so the number of
exports and the time of each are limited.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import BigInteger, literal, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.db.types import UtcDateTime
from chassis.errors import AppError, Kind
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
_PART_CHARACTERS = 256 * 1024
# A spreadsheet would treat such text as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


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


def header() -> bytes:
    return (",".join(COLUMNS) + "\r\n").encode()


def incomplete(reason: str) -> bytes:
    """The last line of an export that an error ends: over JSON, its reader sees no error."""
    return f"INCOMPLETE,{reason}\r\n".encode()


def csv_of(orders: Sequence[OrderView], ids: OrderIds) -> Iterator[bytes]:
    """A line for each order, in parts that are small enough for a message: a page of large orders is not."""
    written = io.StringIO(newline="")
    lines = csv.writer(written)
    for order in orders:
        lines.writerow(_line(order, ids))
        if written.tell() >= _PART_CHARACTERS:
            yield written.getvalue().encode()
            written.seek(0)
            written.truncate()
    if written.tell():
        yield written.getvalue().encode()


def _line(order: OrderView, ids: OrderIds) -> tuple[object, ...]:
    payment = order.payment
    return (
        ids.of_order(order.id),
        order.id,
        order.status.contract_name,
        _time(order.placed_at),
        _time(order.paid_at),
        _time(order.cancelled_at),
        _text(order.created_by),
        order.currency,
        order.sub_total,
        order.discount_total,
        order.total_amount,
        payment.refunded,
        payment.method.contract_name,
        payment.status.contract_name,
        _text(payment.transaction_id),
        _text("; ".join(f"{item.quantity} x {item.sku} {item.name}" for item in order.items)),
    )


def _time(value: datetime | None) -> str:
    return value.isoformat() if value else ""


def _text(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value
