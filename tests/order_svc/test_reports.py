"""The daily report matches the write side, and the export has every order, quoted, whatever their number."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from easyorder.order.v1 import (
    ExportOrdersRequest,
    ExportOrdersView,
    GetDailyReportRequest,
)
from sqlalchemy import text

from chassis.context import Caller, RequestContext, request_context
from chassis.errors import InvalidArgument
from chassis.money import Money
from foundation.time_zones import midnight, time_zone
from order_svc.adapters.order_creators import OrderCreators
from order_svc.commands.record_refund import RecordRefund
from order_svc.commands.refund_order import RefundOrder
from order_svc.domain.items import Item
from order_svc.queries import export_orders, orders
from order_svc.queries.daily_report import CurrencyReport
from order_svc.queries.orders import OrderQueries
from tests.builders.order import AT, OrderBuilder, an_item, an_order
from tests.builders.order_ids import IDS
from tests.fakes.chassis import FakeClock
from tests.order_svc.order_reads import OrderReads, SmallPatience, order_api

ADMIN = RequestContext(caller=Caller.person("admin-1", admin=True))
DAY = AT.date()


def at(hours: float, builder: OrderBuilder) -> OrderBuilder:
    """The order was placed, and paid if it was, so long after the day began."""
    order = builder.build()
    order.placed_at = AT + timedelta(hours=hours)
    order.paid_at = order.paid_at and order.placed_at
    return builder


def paid(moment: datetime) -> OrderBuilder:
    """Placed and paid at that moment."""
    builder = an_order().paid()
    builder.build().placed_at = builder.build().paid_at = moment
    return builder


async def report(reads: OrderReads, day: date = DAY) -> list[CurrencyReport]:
    with request_context(ADMIN):
        return await reads.queries.daily_report(day)


async def exported(
    reads: OrderReads, first: date = DAY, last: date = DAY, view: ExportOrdersView = ExportOrdersView.ORDERS
) -> tuple[list[bytes], list[dict[str, str]]]:
    """The chunks, and what they say."""
    request = ExportOrdersRequest(start_date=str(first), end_date=str(last), view=view)
    with request_context(ADMIN):
        chunks = [part.data async for part in order_api(reads.queries).export_orders(request)]
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


@pytest.mark.parametrize(
    ("day", "minutes", "hours"),
    [
        # Clocks skip 2:00; then they show 2:00 twice.
        (date(2026, 3, 29), [0, 90, 120], [(0, 1), (1, 1), (3, 1), (23, 1)]),
        (date(2026, 10, 25), [0, 150, 190, 200], [(0, 1), (2, 1), (2, 2), (23, 1)]),
    ],
)
async def test_a_day_of_a_time_zone_has_the_hours_of_its_clocks(
    reads: OrderReads, day: date, minutes: list[int], hours: list[tuple[int, int]]
) -> None:
    zone = time_zone("Europe/Berlin")
    begin, end = midnight(day, zone), midnight(day + timedelta(days=1), zone)
    within = [*(begin + timedelta(minutes=after) for after in minutes), end - timedelta(seconds=1)]
    await reads.given(*[paid(moment) for moment in (*within, begin - timedelta(seconds=1), end)])
    api = order_api(reads.queries)
    export = ExportOrdersRequest(start_date=str(day), end_date=str(day), time_zone=zone.key)

    with request_context(ADMIN):
        shown = await api.get_daily_report(GetDailyReportRequest(date=str(day), time_zone=zone.key))
        csv_lines = b"".join([part.data async for part in api.export_orders(export)]).decode().splitlines()[1:]

    [dollars] = shown.currencies
    assert (shown.time_zone, dollars.orders, dollars.units) == (zone.key, len(within), 2 * len(within))
    assert [(hour.hour, hour.orders) for hour in dollars.hours] == hours
    starts = [hour.start_time for hour in dollars.hours if hour.start_time]
    assert starts == sorted(set(starts))
    assert [line.split(",")[3] for line in csv_lines] == [moment.astimezone(zone).isoformat() for moment in within]


async def test_a_day_that_is_left_out_is_today_in_the_time_zone(reads: OrderReads) -> None:
    late = FakeClock(datetime(2026, 1, 31, 23, 30, tzinfo=UTC))
    creator_of = OrderCreators(reads.write).of
    api = order_api(OrderQueries(reads.read, SmallPatience(reads.write), IDS, creator_of, "Europe/Berlin", late))

    with request_context(ADMIN):
        reports = [await api.get_daily_report(GetDailyReportRequest(time_zone=name)) for name in ("", "UTC")]
        (export,) = [part async for part in api.export_orders(ExportOrdersRequest(start_date="2026-01-30"))]

    assert [report.date for report in reports] == ["2026-02-01", "2026-01-31"]
    assert export.data.startswith(b"id,")


async def test_days_are_those_of_the_shop_unless_a_request_names_a_zone(reads: OrderReads) -> None:
    creator_of = OrderCreators(reads.write).of
    api = order_api(OrderQueries(reads.read, SmallPatience(reads.write), IDS, creator_of, "Europe/Berlin"))
    await reads.given(paid(AT - timedelta(minutes=30)))
    day = str(DAY)

    with request_context(ADMIN):
        reports = [await api.get_daily_report(GetDailyReportRequest(date=day, time_zone=name)) for name in ("", "UTC")]
        listed = [
            await reads.queries.list_all_orders(filter=f'placed_at >= "{day}"', zone=time_zone(name))
            for name in ("Europe/Berlin", "UTC")
        ]

    assert [(one.time_zone, len(one.currencies)) for one in reports] == [("Europe/Berlin", 1), ("UTC", 0)]
    assert [len(page.orders) for page in listed] == [1, 0]


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
    assert tuple(line) == export_orders.ORDERS.columns


async def test_items_are_exported_as_lines_of_their_own(reads: OrderReads, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (export_orders, orders):
        monkeypatch.setattr(module, "PAGE_SIZE", 1)
    lamp = an_item(product_item_id=1, quantity=3, unit_price="9.99", name="\uff1dSUM(1)")
    bulb, other = (an_item(product_item_id=2, quantity=1) for _ in range(2))
    first, second = await reads.given(at(1, an_order(items=(lamp, bulb)).paid()), at(2, an_order(items=(other,))))

    _, lines = await exported(reads, view=ExportOrdersView.ITEMS)

    assert [(int(line["order_number"]), line["item_id"], line["product_item_id"]) for line in lines] == [
        (first, IDS.of_item(lamp.id), "1"),
        (first, IDS.of_item(bulb.id), "2"),
        (second, IDS.of_item(other.id), "2"),
    ]
    assert tuple(lines[0]) == export_orders.ITEMS.columns
    assert (
        lines[0].items()
        >= {
            "order_id": IDS.of_order(first),
            "order_status": "ORDER_STATUS_PAID",
            "name": "'\uff1dSUM(1)",
            "unit_price": "9.99",
            "total_amount": "29.97",
            "returned_quantity": "0",
        }.items()
    )


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
