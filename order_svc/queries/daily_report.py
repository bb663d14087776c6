"""GetDailyReport: payments and refunds of one day, in UTC, by currency; from three indexed queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from order_svc.queries.read_model import OrderItemRow, OrderRow, PaymentRow, RefundRow

_TOP = 10
_NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class HourlyReport:
    """`hour` is 0 to 23."""

    hour: int
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


async def daily_report(session: AsyncSession, day: date) -> list[CurrencyReport]:
    """The currencies with any business, by name; the hours with any business; at most ten items."""
    by_currency: dict[str, CurrencyReport] = {}

    def of(currency: str) -> CurrencyReport:
        return by_currency.setdefault(currency, CurrencyReport(currency))

    for row in await _hours(session, day):
        business = of(row.currency)
        business.hours.append(HourlyReport(int(row.hour), row.orders, row.revenue))
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


async def _hours(session: AsyncSession, day: date) -> Any:
    # A literal: over ODBC each use of a parameter is a separate one, and so a different expression to group by.
    hour = func.extract("hour", func.timezone(literal_column("'UTC'"), OrderRow.paid_at)).label("hour")
    query = (
        select(OrderRow.currency, hour, func.count().label("orders"), func.sum(PaymentRow.amount).label("revenue"))
        .join(PaymentRow, PaymentRow.id == OrderRow.id)
        .where(_on(OrderRow.paid_at, day))
        .group_by(OrderRow.currency, hour)
        .order_by(OrderRow.currency, hour)
    )
    return (await session.execute(query)).all()


async def _items(session: AsyncSession, day: date) -> Any:
    """Best sellers first."""
    units = func.sum(OrderItemRow.quantity).label("units")
    revenue = func.sum(OrderItemRow.quantity * OrderItemRow.unit_price - OrderItemRow.discount).label("revenue")
    query = (
        select(
            OrderRow.currency,
            OrderItemRow.product_item_id,
            func.max(OrderItemRow.sku).label("sku"),
            func.max(OrderItemRow.name).label("name"),
            units,
            revenue,
        )
        .join(OrderItemRow, OrderItemRow.order_id == OrderRow.id)
        .where(_on(OrderRow.paid_at, day))
        .group_by(OrderRow.currency, OrderItemRow.product_item_id)
        .order_by(OrderRow.currency, units.desc(), revenue.desc(), OrderItemRow.product_item_id)
    )
    return (await session.execute(query)).all()


async def _refunds(session: AsyncSession, day: date) -> Any:
    query = (
        select(RefundRow.currency, func.sum(RefundRow.amount).label("refunds"))
        .where(_on(RefundRow.done_at, day))
        .group_by(RefundRow.currency)
    )
    return (await session.execute(query)).all()


def _on(column: Any, day: date) -> ColumnElement[bool]:
    begin = datetime.combine(day, time.min, UTC)
    on_it: ColumnElement[bool] = (column >= begin) & (column < begin + timedelta(days=1))
    return on_it
