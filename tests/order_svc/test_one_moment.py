"""Each view, list, report, export and snapshot shows one moment, whatever changes while it is read."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, aclosing
from typing import cast

import pytest
from sqlalchemy import QueuePool

from chassis.context import Caller, RequestContext, request_context
from chassis.db.engine import make_engine
from chassis.errors import Unavailable
from chassis.money import Money
from foundation import csv_lines
from order_svc.adapters.order_creators import OrderCreators
from order_svc.adapters.write_side import WriteSideOrders
from order_svc.commands.cancel_order import CancelOrder
from order_svc.domain.status import PaymentMethod
from order_svc.domain.views import OrderView
from order_svc.queries import export_orders, orders
from order_svc.queries.export_orders import ExportTooSlow, TooManyExports
from order_svc.queries.orders import OrderQueries
from tests.between_statements import AfterFirstStatement
from tests.builders.order import AT, SHOPPER, an_item, an_order
from tests.builders.order_ids import IDS
from tests.order_svc.order_reads import OrderReads, SmallPatience, order_reads
from tests.order_svc.test_amendments import an_update
from tests.polling import eventually

ADMIN = RequestContext(caller=Caller.person("admin-1", admin=True))
DAY = AT.date()


@pytest.fixture
async def reads(databases_of: Callable[[str], Awaitable[Mapping[str, str]]]) -> AsyncIterator[OrderReads]:
    async with order_reads(await databases_of("order_svc")) as made:
        yield made


async def of_four_pieces(reads: OrderReads) -> int:
    order = an_order(items=(an_item(quantity=4, unit_price="10.00"),), method=PaymentMethod.CASH)
    (order_id,) = await reads.given(order)
    return order_id


def halving(reads: OrderReads, order_id: int) -> Callable[[], Awaitable[None]]:
    """Changes the order from 40.00 to 20.00, on both sides."""

    async def change() -> None:
        await reads.app.send(an_update(order_id, (1, 2)))
        await reads.project()

    return change


def shows_one_moment(view: OrderView) -> bool:
    cost = sum((item.unit_price * item.quantity for item in view.items), start=Money.zero("USD").amount)
    return (view.payment.amount, view.etag) in ((cost, "1" if cost == 40 else "2"),)


async def test_an_order(reads: OrderReads, monkeypatch: pytest.MonkeyPatch) -> None:
    order_id = await of_four_pieces(reads)
    change = AfterFirstStatement(monkeypatch, halving(reads, order_id))

    view = await reads.get(order_id)

    assert change.happened
    assert shows_one_moment(view)
    assert (await reads.get(order_id)).etag == "2"


async def test_a_list_of_orders(reads: OrderReads, monkeypatch: pytest.MonkeyPatch) -> None:
    order_id = await of_four_pieces(reads)
    change = AfterFirstStatement(monkeypatch, halving(reads, order_id))

    (view,) = (await reads.page()).orders

    assert change.happened
    assert shows_one_moment(view)


async def test_the_snapshot_that_a_stream_begins_with(reads: OrderReads, monkeypatch: pytest.MonkeyPatch) -> None:
    order_id = await of_four_pieces(reads)
    write_side = WriteSideOrders(reads.write)
    with request_context(RequestContext(caller=Caller.person(SHOPPER))):
        before = await write_side.load(order_id)
        change = AfterFirstStatement(monkeypatch, halving(reads, order_id))
        snapshot = await write_side.load(order_id)

    assert change.happened
    assert shows_one_moment(snapshot)
    assert snapshot == before


async def test_a_daily_report(reads: OrderReads, monkeypatch: pytest.MonkeyPatch) -> None:
    await reads.given(an_order(items=(an_item(quantity=1),)).paid())

    async def another_is_paid() -> None:
        await reads.given(an_order(items=(an_item(quantity=1),)).paid())

    change = AfterFirstStatement(monkeypatch, another_is_paid)
    with request_context(ADMIN):
        (dollars,) = await reads.queries.daily_report(DAY)

    assert change.happened
    assert (dollars.orders, dollars.units, dollars.revenue) == (1, 1, dollars.top_items[0].revenue)


@pytest.fixture
async def export(reads: OrderReads, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AsyncGenerator[bytes, None]]:
    """Begun, with its first of two orders read."""
    monkeypatch.setattr(orders, "PAGE_SIZE", 1)
    monkeypatch.setattr(export_orders, "PAGE_SIZE", 1)
    await reads.given(an_order(), an_order())
    with request_context(ADMIN):
        async with aclosing(reads.queries.export_orders(DAY, DAY)) as lines:
            await anext(lines)
            await anext(lines)
            yield lines


async def test_an_export(reads: OrderReads, export: AsyncGenerator[bytes, None]) -> None:
    for order_id in await reads.all_listed():
        await reads.app.send(CancelOrder(order_id=order_id, reason="late"))
    await reads.given(an_order())

    rest = [line async for line in export]

    (line,) = csv.reader(io.StringIO(b"".join(rest).decode(), newline=""))
    assert line[2] == "ORDER_STATUS_CONFIRMED"


@pytest.fixture
async def narrow(reads: OrderReads) -> AsyncIterator[OrderQueries]:
    """The queries with only two connections to the read database."""
    engine = make_engine(reads.read.url, application_name="tests", pool_size=2)
    yield OrderQueries(engine, SmallPatience(reads.write), IDS, OrderCreators(reads.write).of)
    await engine.dispose()


async def test_exports_leave_half_of_the_connections_to_other_reads(reads: OrderReads, narrow: OrderQueries) -> None:
    [order_id] = await reads.given(an_order())

    with request_context(ADMIN):
        async with aclosing(narrow.export_orders(DAY, DAY)) as export:
            await anext(export)
            with pytest.raises(TooManyExports, match="try again"):
                await anext(narrow.export_orders(DAY, DAY))
            async with asyncio.timeout(1):
                assert (await narrow.get_order(order_id)).id == order_id


async def test_an_export_that_is_given_up_makes_room(reads: OrderReads, narrow: OrderQueries) -> None:
    await reads.given(an_order())

    with request_context(ADMIN):
        for _ in range(2):
            assert len([line async for line in narrow.export_orders(DAY, DAY)]) == 2


@pytest.mark.reaches("TOO_MANY_EXPORTS")
async def test_four_exports_are_read_at_a_time(reads: OrderReads) -> None:
    with request_context(ADMIN):
        async with AsyncExitStack() as held:
            for _ in range(4):
                export = await held.enter_async_context(aclosing(reads.queries.export_orders(DAY, DAY)))
                await anext(export)
            with pytest.raises(TooManyExports, match="4 exports"):
                await anext(reads.queries.export_orders(DAY, DAY))


@pytest.mark.reaches("EXPORT_TOO_SLOW")
async def test_an_export_has_its_time(
    reads: OrderReads, export: AsyncGenerator[bytes, None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "EXPORT_S", 0.0)

    with pytest.raises(ExportTooSlow, match="fewer days"):
        await anext(export)


async def test_a_page_of_large_orders_has_no_more_time_than_others(
    reads: OrderReads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_lines, "_PART_CHARACTERS", 1)
    await reads.given(an_order(), an_order())

    with request_context(ADMIN):
        async with aclosing(reads.queries.export_orders(DAY, DAY)) as export:
            for _ in ("header", "first order"):
                await anext(export)
            monkeypatch.setattr(orders, "EXPORT_S", 0.0)
            with pytest.raises(ExportTooSlow):
                await anext(export)


@pytest.fixture
def short_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_orders, "PAUSE_S", 0.5)


async def test_an_export_waits_only_so_long_for_its_reader(
    reads: OrderReads, short_pause: None, export: AsyncGenerator[bytes, None]
) -> None:
    async def is_given_up() -> bool:
        return not await reads.backends_in_a_transaction()

    await eventually(is_given_up)

    with pytest.raises(Unavailable):
        await anext(export)
    assert cast(QueuePool, reads.read.sync_engine.pool).checkedout() == 0


async def test_an_export_whose_reader_has_gone_gives_its_connection_back(
    reads: OrderReads, export: AsyncGenerator[bytes, None]
) -> None:
    pool = cast(QueuePool, reads.read.sync_engine.pool)
    assert pool.checkedout() == 1

    await export.aclose()

    assert pool.checkedout() == 0


async def test_an_export_that_is_cancelled_leaves_its_connection_whole(
    reads: OrderReads, export: AsyncGenerator[bytes, None]
) -> None:
    backends = await reads.backends()
    reading = asyncio.create_task(anext(export))
    await asyncio.sleep(0)
    reading.cancel()
    await asyncio.wait([reading])

    assert reading.cancelled()
    assert cast(QueuePool, reads.read.sync_engine.pool).checkedout() == 0
    assert len(await reads.all_listed()) == 2
    assert await reads.backends() == backends
