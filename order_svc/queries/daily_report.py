"""GetDailyReport: payments and refunds of one day of a time zone, by currency; from three indexed queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, DateTime, Integer, Text, bindparam, cast, column, func, select, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.db.bulk import as_json
from chassis.db.types import Amount
from foundation.time_zones import Hour, hours_of, midnight
from order_svc.queries.read_model import OrderRow, RefundRow

_AMOUNT = cast(OrderRow.payment["amount"].astext, Amount)
_ITEM = (
    func.jsonb_to_recordset(OrderRow.items)
    .table_valued(
        column("product_item_id", BigInteger),
        column("sku", Text),
        column("name", Text),
        column("quantity", Integer),
        column("unit_price", Amount),
        column("discount", Amount),
        name="item",
    )
    .render_derived(with_types=True)
)
# A join, because over ODBC each use of a parameter is a separate one, and so a different expression to group by.
_HOUR = (
    func.jsonb_to_recordset(cast(bindparam("hours"), JSONB))
    .table_valued(
        column("number", Integer),
        column("start", DateTime(timezone=True)),
        column("until", DateTime(timezone=True)),
        name="hour",
    )
    .render_derived(with_types=True)
)
_TOP = 10
_NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class HourlyReport:
    """`hour` is what clocks show, 0 to 23; twice on a day whose clocks go back."""

    hour: int
    start: datetime
    orders: int
    revenue: Decimal


@dataclass(frozen=True, slots=True)
class TopItem:
    product_item_id: int
    sku: str
    name: str
    units: int
    revenue: Decimal


@dataclass(slots=True)
class CurrencyReport:
    """Totals of the orders that were paid on the day, as paid; `refunds` are all refunds paid on the day."""

    currency: str
    orders: int = 0
    units: int = 0
    revenue: Decimal = _NOTHING
    refunds: Decimal = _NOTHING
    hours: list[HourlyReport] = field(default_factory=list)
    top_items: list[TopItem] = field(default_factory=list)


class _Day(NamedTuple):
    """A day from its first moment to that of the next one."""

    start: datetime
    end: datetime


async def daily_report(session: AsyncSession, date: date, zone: ZoneInfo) -> list[CurrencyReport]:
    """The currencies with any business, by name; the hours with any business; at most ten items."""
    by_currency: dict[str, CurrencyReport] = {}

    def of(currency: str) -> CurrencyReport:
        return by_currency.setdefault(currency, CurrencyReport(currency))

    day = _Day(midnight(date, zone), midnight(date + timedelta(days=1), zone))
    hours = list(hours_of(date, zone))
    for row in await _by_hour(session, day, hours):
        business = of(row.currency)
        hour = hours[row.number]
        business.hours.append(HourlyReport(hour.hour, hour.start, row.orders, row.revenue))
        business.orders += row.orders
        business.revenue += row.revenue
    for row in await _items(session, day):
        business = of(row.currency)
        business.units += row.units
        if len(business.top_items) < _TOP:
            item = TopItem(row.product_item_id, row.sku, row.name, row.units, row.revenue)
            business.top_items.append(item)
    for row in await _refunds(session, day):
        of(row.currency).refunds = row.refunds
    return [by_currency[currency] for currency in sorted(by_currency)]


async def _by_hour(session: AsyncSession, day: _Day, hours: Sequence[Hour]) -> Any:
    number = _HOUR.c.number
    # The day, too: by the hours alone, the server expects a ninth of all orders for each, and reads all of them.
    query = (
        select(OrderRow.currency, number, func.count().label("orders"), func.sum(_AMOUNT).label("revenue"))
        .join(_HOUR, (OrderRow.paid_at >= _HOUR.c.start) & (OrderRow.paid_at < _HOUR.c.until))
        .where(OrderRow.paid_at >= day.start, OrderRow.paid_at < day.end)
        .group_by(OrderRow.currency, number)
        .order_by(OrderRow.currency, number)
    )
    rows = [{"number": number, "start": hour.start, "until": hour.end} for number, hour in enumerate(hours)]
    return (await session.execute(query, {"hours": as_json(rows)})).all()


async def _items(session: AsyncSession, day: _Day) -> Any:
    """Best sellers first."""
    units = func.sum(_ITEM.c.quantity).label("units")
    revenue = func.sum(_ITEM.c.quantity * _ITEM.c.unit_price - _ITEM.c.discount).label("revenue")
    query = (
        select(
            OrderRow.currency,
            _ITEM.c.product_item_id,
            func.max(_ITEM.c.sku).label("sku"),
            func.max(_ITEM.c.name).label("name"),
            units,
            revenue,
        )
        .join(_ITEM, true())
        .where(_on(OrderRow.paid_at, day))
        .group_by(OrderRow.currency, _ITEM.c.product_item_id)
        .order_by(OrderRow.currency, units.desc(), revenue.desc(), _ITEM.c.product_item_id)
    )
    return (await session.execute(query)).all()


async def _refunds(session: AsyncSession, day: _Day) -> Any:
    query = (
        select(RefundRow.currency, func.sum(RefundRow.amount).label("refunds"))
        .where(_on(RefundRow.done_at, day))
        .group_by(RefundRow.currency)
    )
    return (await session.execute(query)).all()


def _on(column: Any, day: _Day) -> ColumnElement[bool]:
    on_it: ColumnElement[bool] = (column >= day.start) & (column < day.end)
    return on_it
