"""ExportOrders over a real socket: all orders, with one page in memory, at the pace of the reader.

EASYORDER_TEST_EXPORTED_ORDERS [3000] is the number of orders.
"""

from __future__ import annotations

import gc
import os
import tracemalloc
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import date, timedelta
from typing import Any

import grpc
import pytest
from easyorder.google.api import HttpBody
from easyorder.order.v1 import ExportOrdersRequest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.grpc.channel import open_channel
from chassis.wire import codec
from order_svc.domain.views import OrderView
from order_svc.queries import orders
from order_svc.queries.export_orders import PAGE_SIZE, page_of_orders
from tests.builders.order import AT, an_item, an_order
from tests.mesh import Mesh, serving
from tests.order_svc.order_reads import OrderReads, order_api, order_reads

ORDERS = "easyorder.order.v1.OrderService"
FEW = 1000
MANY = int(os.environ.get("EASYORDER_TEST_EXPORTED_ORDERS", "3000"))
DAY = AT.date()
# So that the text outweighs whatever else a page needs.
LONG_NAME = "a very long name " * 60
# What a connection keeps on its way to a client who does not read: a few pages of some 100 KB.
ON_THE_WAY = 5
_COPY = """
INSERT INTO orders SELECT copy.* FROM orders AS first, generate_series({present}, {count} - 1) AS n,
    jsonb_populate_record(
        first, jsonb_build_object('id', first.id + n, 'placed_at', first.placed_at + n * interval '1 s')
    ) AS copy
WHERE first.id = {first}
"""


@pytest.fixture
async def reads(databases_of: Callable[[str], Awaitable[Mapping[str, str]]]) -> AsyncIterator[OrderReads]:
    async with order_reads(await databases_of("order_svc")) as made:
        yield made


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> Counter[date]:
    """How many pages were read of an export, by its first day."""
    read: Counter[date] = Counter()
    original = page_of_orders

    async def counted(session: AsyncSession, first: date, **others: Any) -> list[OrderView]:
        read[first] += 1
        return await original(session, first, **others)

    monkeypatch.setattr(orders, "page_of_orders", counted)
    return read


@pytest.fixture
async def mesh(reads: OrderReads) -> AsyncIterator[Mesh]:
    api = order_api(reads.queries)
    async with serving({ORDERS: api}) as running:
        yield running


@pytest.fixture
async def channel(mesh: Mesh) -> AsyncIterator[grpc.aio.Channel]:
    # What is not read stays with the sender, not in megabytes of buffers on the way.
    options = (("grpc.http2.bdp_probe", 0), ("grpc.http2.lookahead_bytes", 65536))
    async with open_channel(mesh.address, options=options) as opened:
        yield opened


async def there_are(reads: OrderReads, count: int) -> None:
    """Copies the first order, straight in the read database, until there are enough."""
    async with reads.read.begin() as connection:
        first, present = (await connection.execute(text("SELECT min(id), count(*) FROM orders"))).one()
        await connection.execute(text(_COPY.format(first=first, present=present, count=count)))
        # As autovacuum does in time.
        await connection.execute(text("ANALYZE orders"))


def export(channel: grpc.aio.Channel, mesh: Mesh, first: date = DAY) -> Any:
    request = ExportOrdersRequest(start_date=str(first), end_date=str(DAY))
    call: Any = channel.unary_stream(f"/{ORDERS}/ExportOrders")
    return call(
        codec(ExportOrdersRequest).encode(request), metadata=(("authorization", f"Bearer {mesh.tokens.admin()}"),)
    )


async def read(stream: AsyncIterator[bytes]) -> tuple[int, int]:
    """Reads to the end, and keeps nothing: how many lines and bytes there were."""
    lines = size = 0
    async for message in stream:
        data = codec(HttpBody).decode(message).data
        lines, size = lines + data.count(b"\r\n"), size + len(data)
    return lines, size


async def peak_of(stream: AsyncIterator[bytes]) -> tuple[int, int, int]:
    """Lines, bytes, and the most bytes that this process had beyond those it had before."""
    gc.collect()
    before, _ = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    lines, size = await read(stream)
    return lines, size, tracemalloc.get_traced_memory()[1] - before


@pytest.mark.timeout(180)
async def test_many_orders_take_no_more_memory_than_few(
    reads: OrderReads, mesh: Mesh, channel: grpc.aio.Channel
) -> None:
    await reads.given(an_order(items=(an_item(name=LONG_NAME),)).paid())
    await there_are(reads, FEW)
    await read(export(channel, mesh))
    tracemalloc.start()
    try:
        few, _, peak_of_few = await peak_of(export(channel, mesh))
        await there_are(reads, MANY)
        many, size, peak_of_many = await peak_of(export(channel, mesh))
    finally:
        tracemalloc.stop()

    assert (few, many) == (1 + FEW, 1 + MANY)
    assert peak_of_many - peak_of_few < size / 4


async def test_who_reads_slowly_is_waited_for(
    reads: OrderReads, pages: Counter[date], mesh: Mesh, channel: grpc.aio.Channel
) -> None:
    await reads.given(an_order().paid())
    await there_are(reads, MANY)
    the_day_before = DAY - timedelta(days=1)
    slow = aiter(export(channel, mesh, the_day_before))
    await anext(slow)

    # Who reads quickly has all, on the same connection, before the other reads on.
    assert (await read(export(channel, mesh)))[0] == 1 + MANY
    assert pages[DAY] == 1 + MANY // PAGE_SIZE
    assert pages[the_day_before] <= ON_THE_WAY < pages[DAY]

    assert (await read(slow))[0] == MANY
