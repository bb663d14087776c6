"""The daily report matches the write side, and the export has every order, quoted, whatever their number."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from easyorder.order.v1 import ExportOrdersRequest, GetDailyReportRequest
from sqlalchemy import text

from chassis.context import Caller, RequestContext, request_context
from chassis.errors import InvalidArgument
from chassis.money import Money
from order_svc.commands.record_refund import RecordRefund
from order_svc.commands.refund_order import RefundOrder
from order_svc.domain.items import Item
from order_svc.queries import export_orders, orders
from order_svc.queries.daily_report import CurrencyReport
from tests.builders.order import AT, OrderBuilder, an_item, an_order
from tests.order_svc.order_reads import OrderReads, order_api

ADMIN = RequestContext(caller=Caller.person("admin-1", admin=True))
DAY = AT.date()


def at(hours: float, builder: OrderBuilder) -> OrderBuilder:
    """The order was placed, and paid if it was, so long after the day began."""
    order = builder.build()
    order.placed_at = AT + timedelta(hours=hours)
    order.paid_at = order.paid_at and order.placed_at
    return builder


async def report(reads: OrderReads, day: date = DAY) -> list[CurrencyReport]:
    with request_context(ADMIN):
        return await reads.queries.daily_report(day)


async def exported(reads: OrderReads, first: date = DAY, last: date = DAY) -> tuple[list[bytes], list[dict[str, str]]]:
    """The chunks, and what they say."""
    with request_context(ADMIN):
        chunks = [chunk async for chunk in reads.queries.export_orders(first, last)]
    return chunks, list(csv.DictReader(io.StringIO(b"".join(chunks).decode(), newline="")))


_WRITTEN = """
SELECT count(*) AS orders, coalesce(sum(p.amount), 0) AS revenue,
  (SELECT coalesce(sum(i.quantity), 0) FROM order_item AS i JOIN orders AS o ON o.id = i.order_id
   WHERE NOT i.is_deleted AND CAST(o.paid_at AT TIME ZONE 'UTC' AS date) = :day) AS units,
  (SELECT coalesce(sum(r.amount), 0) FROM refund AS r
   WHERE CAST(r.done_at AT TIME ZONE 'UTC' AS date) = :day) AS refunds
FROM orders AS o JOIN payment AS p ON p.id = o.id WHERE CAST(o.paid_at AT TIME ZONE 'UTC' AS date) = :day
"""


async def written(reads: OrderReads, day: date = DAY) -> Any:
    statement = text(_WRITTEN.replace(":day", f"DATE '{day}'"))
    async with reads.write.connect() as connection:
        return (await connection.execute(statement)).one()


async def test_a_day_is_what_the_write_side_says(reads: OrderReads) -> None:
    lamp, bulb = an_item(product_item_id=1, quantity=2), an_item(product_item_id=2, quantity=5, unit_price="1.50")
    first, *_ = await reads.given(
        at(9.5, an_order(items=(lamp, bulb)).paid()),
        at(9.9, an_order(items=(an_item(product_item_id=2, quantity=1, unit_price="1.50"),)).paid()),
        at(23.99, an_order().paid()),
        at(24, an_order().paid()),
        at(-0.01, an_order().paid()),
        at(10, an_order()),
        at(10, an_order().refused()),
    )
    granted = await reads.app.send(RefundOrder(order_id=first, amount=Money.of("3.00", "USD"), reason="scratch"))
    promised = await reads.app.send(RefundOrder(order_id=first, amount=Money.of("1.00", "USD"), reason="promised"))
    given: dict[str, Any] = {
        "order_id": first,
        "transaction_id": granted.order.payment.transaction_id,
        "charged_at": AT,
    }
    await reads.app.send(RecordRefund(lease=None, refund_id=granted.refund_id, **given))
    await reads.project()

    [dollars] = await report(reads)
    wrote = await written(reads)

    assert (dollars.orders, dollars.units, dollars.revenue, dollars.refunds) == (
        wrote.orders,
        wrote.units,
        wrote.revenue,
        wrote.refunds,
    )
    assert (dollars.orders, dollars.units, dollars.revenue) == (3, 10, Decimal("49.00"))
    assert dollars.refunds == Decimal("3.00")
    assert promised.amount == Money.of("1.00", "USD")
    assert [(hour.hour, hour.orders, hour.revenue) for hour in dollars.hours] == [
        (9, 2, Decimal("29.00")),
        (23, 1, Decimal("20.00")),
    ]
    assert [(item.product_item_id, item.units, item.revenue) for item in dollars.top_items] == [
        (2, 6, Decimal("9.00")),
        (1, 4, Decimal("40.00")),
    ]


async def test_a_day_without_business_is_empty(reads: OrderReads) -> None:
    await reads.given(an_order().paid())

    assert await report(reads, DAY + timedelta(days=1)) == []


async def test_every_order_is_exported_once_page_after_page(reads: OrderReads, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (export_orders, orders):
        monkeypatch.setattr(module, "PAGE_SIZE", 2)
    # Two at the same moment, across the end of a page.
    ids = await reads.given(*[at(hour, an_order()) for hour in (1, 2, 2, 3, 23.99)])
    await reads.given(at(24, an_order()), at(-0.01, an_order()))

    chunks, lines = await exported(reads)

    assert [int(line["number"]) for line in lines] == ids
    assert len(chunks) == 1 + 3


async def test_a_page_of_large_orders_is_sent_in_parts(reads: OrderReads) -> None:
    def many_items() -> tuple[Item, ...]:
        return tuple(an_item(product_item_id=n, name="lamp " * 50) for n in range(100))

    ids = await reads.given(*[at(1, an_order(items=many_items())) for _ in range(30)])

    chunks, lines = await exported(reads)

    assert [int(line["number"]) for line in lines] == ids
    # Receivers refuse messages of more than 4 MiB, and a page has 500 orders.
    assert len(chunks) > 2
    assert max(map(len, chunks)) < 512 * 1024


async def test_text_is_quoted_and_no_formula(reads: OrderReads) -> None:
    item = an_item()
    object.__setattr__(item, "name", 'a "lamp", red\nand blue')
    [order_id] = await reads.given(an_order(owner="=HYPERLINK(1)", items=(item,)).paid())

    _, [line] = await exported(reads)

    assert line["items"] == '2 x SKU-1 a "lamp", red\nand blue'
    assert line["created_by"] == "'=HYPERLINK(1)"
    assert (int(line["number"]), line["status"], line["total_amount"]) == (order_id, "ORDER_STATUS_PAID", "20.00")
    assert tuple(line) == export_orders.COLUMNS


@pytest.mark.parametrize("field", ["date", "startDate", "endDate"])
@pytest.mark.parametrize("day", ["2026-02-30", "9999-12-31", "0000-01-01"])
async def test_a_day_that_cannot_be_is_refused(reads: OrderReads, day: str, field: str) -> None:
    api = order_api(reads.queries)
    days = {"startDate": "0001-01-01", "endDate": "9999-12-30"} | {field: day}
    export = ExportOrdersRequest(start_date=days["startDate"], end_date=days["endDate"])

    with pytest.raises(InvalidArgument) as refused, request_context(ADMIN):
        await (
            api.get_daily_report(GetDailyReportRequest(date=day))
            if field == "date"
            else anext(api.export_orders(export))
        )

    assert [violation.field for violation in refused.value.violations] == [field]


async def test_the_first_and_the_last_day_are_empty(reads: OrderReads) -> None:
    api = order_api(reads.queries)

    for day in ("0001-01-01", "9999-12-30"):
        with request_context(ADMIN):
            assert (await api.get_daily_report(GetDailyReportRequest(date=day))).currencies == []
