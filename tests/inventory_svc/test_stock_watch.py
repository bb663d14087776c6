"""WatchInventory: the stock first, then every change by any replica; a slow reader does not delay others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import pytest
from easyorder.common.v1 import StockState
from easyorder.inventory.v1 import WatchInventoryRequest

from chassis.context import Caller, RequestContext, request_context
from chassis.errors import TokenExpired, Unavailable
from chassis.grpc.clients import Client
from chassis.grpc.status import from_status
from chassis.grpc.streams import OpenStreams, StreamLimits
from inventory_svc.bootstrap import Service
from inventory_svc.commands.adjust_stock import AdjustStock
from inventory_svc.commands.create_product import CreateProduct
from inventory_svc.domain.errors import ProductItemNotFound
from inventory_svc.domain.stock import StockLevel
from inventory_svc.watch.stock_watch import StockWatch
from tests.builders.product import a_product, an_item
from tests.conftest import DatabasesOf
from tests.fakes.chassis import FakeClock
from tests.inventory_svc.service import WATCH, running_replica
from tests.mesh import Tokens
from tests.polling import eventually
from tests.watching import Watching, served

NEVER_S = 3600


class Stock:
    """The read side of items 1 to 3; counts who looked."""

    def __init__(self) -> None:
        self._levels = {id: _level(id) for id in (1, 2, 3)}
        self.looked: list[frozenset[int]] = []
        self.fresh = 0

    async def levels(self, item_ids: Collection[int], *, fresh: bool = False) -> list[StockLevel]:
        if fresh:
            self.fresh += 1
        else:
            self.looked.append(frozenset(item_ids))
        return [level for id, level in self._levels.items() if id in item_ids]

    def becomes(self, item_id: int, on_hand: int, reserved: int = 1) -> None:
        version = self._levels[item_id].version + 1
        self._levels[item_id] = replace(self._levels[item_id], on_hand=on_hand, reserved=reserved, version=version)

    def may_be_backordered(self, item_id: int) -> None:
        """A change of the item, not of its stock."""
        self._levels[item_id] = replace(self._levels[item_id], backorderable=True)


def _level(id: int) -> StockLevel:
    return StockLevel(
        product_item_id=id,
        sku=f"SKU-{id}",
        on_hand=5,
        reserved=1,
        sold=0,
        backordered=0,
        backorderable=id == 3,
        warehouse_location="A-1",
        version=1,
    )


@pytest.fixture
def stock() -> Stock:
    return Stock()


@asynccontextmanager
async def watched(
    stock: Stock, *, heartbeat_s: float = NEVER_S, look_every_s: float = NEVER_S
) -> AsyncIterator[StockWatch]:
    watch = StockWatch(stock, clock=FakeClock(), low_stock=4, heartbeat_s=heartbeat_s, look_every_s=look_every_s)
    await watch.start()
    try:
        yield watch
    finally:
        await watch.stop()


async def looks(watch: StockWatch, stock: Stock) -> None:
    """Until it has looked once more."""
    looked = len(stock.looked)
    watch.wake()
    await eventually(lambda: len(stock.looked) > looked)


async def test_the_stock_first_and_then_what_changes(stock: Stock) -> None:
    async with watched(stock) as watch, Watching(watch.watch([2, 1])) as watching:
        (first,) = await watching.hears(1)
        assert {level.product_item_id: level.available for level in first.snapshot.items} == {"1": 4, "2": 4}
        # Including what the caller has just done.
        assert stock.fresh == 1

        stock.becomes(2, 9)
        stock.becomes(3, 7)
        await looks(watch, stock)
        await watching.hears(2)
        stock.becomes(1, 6)
        await looks(watch, stock)
        heard = await watching.hears(3)

        assert [(m.change.product_item_id, m.change.available) for m in heard[1:]] == [("2", 8), ("1", 5)]
        assert [message.sequence for message in heard] == [1, 2, 3]


async def test_a_change_of_which_shoppers_may_not_know_is_not_sent(stock: Stock) -> None:
    async with watched(stock) as watch, Watching(watch.watch([1])) as watching:
        await watching.hears(1)
        stock.becomes(1, 4, reserved=0)  # a held piece is sold
        await looks(watch, stock)
        stock.becomes(1, 4, reserved=1)
        await looks(watch, stock)
        heard = await watching.hears(2)

    assert [(m.sequence, m.change.available) for m in heard[1:]] == [(2, 3)]


async def test_the_state_says_whether_an_item_without_stock_can_be_ordered(stock: Stock) -> None:
    stock.becomes(1, 6)
    stock.becomes(2, 1)
    stock.becomes(3, 1)
    async with watched(stock) as watch, Watching(watch.watch([1, 2, 3])) as watching:
        (first,) = await watching.hears(1)
        stock.becomes(1, 5)
        await looks(watch, stock)
        low = (await watching.hears(2))[1].change

    assert {item.product_item_id: item.state for item in first.snapshot.items} == {
        "1": StockState.IN_STOCK,
        "2": StockState.OUT_OF_STOCK,
        "3": StockState.BACKORDERED,
    }
    assert (low.state, low.available) == (StockState.LOW, 4)


async def test_an_item_that_becomes_backorderable_is_sent(stock: Stock) -> None:
    stock.becomes(1, 1)
    async with watched(stock) as watch, Watching(watch.watch([1])) as watching:
        await watching.hears(1)
        stock.may_be_backordered(1)
        await looks(watch, stock)
        await looks(watch, stock)
        stock.becomes(1, 3)
        await looks(watch, stock)
        heard = await watching.hears(3)

    assert [(m.change.state, m.change.available) for m in heard[1:]] == [
        (StockState.BACKORDERED, 0),
        (StockState.LOW, 2),
    ]


async def test_it_looks_by_itself_and_only_while_somebody_watches(stock: Stock) -> None:
    async with watched(stock, look_every_s=0.005) as watch:
        async with Watching(watch.watch([1])) as watching, Watching(watch.watch([1, 3])) as other:
            await watching.hears(1)
            await other.hears(1)
            stock.becomes(3, 9)
            assert (await other.hears(2))[1].change.product_item_id == "3"
            stock.becomes(1, 9)
            assert (await watching.hears(2))[1].change.product_item_id == "1"
        # One look for all who watch.
        assert frozenset({1, 3}) in stock.looked

        looked = len(stock.looked)
        watch.wake()
        async with Watching(watch.watch([2])) as watching:
            await watching.hears(1)
            await looks(watch, stock)
        assert set(stock.looked[looked:]) == {frozenset({2})}


async def test_the_more_is_sent_the_less_often_it_looks(stock: Stock) -> None:
    async with watched(stock) as watch, AsyncExitStack() as held:
        crowd = [await held.enter_async_context(Watching(watch.watch([1]))) for _ in range(60)]
        for watching in crowd:
            await watching.hears(1)
        began = asyncio.get_running_loop().time()
        for on_hand in (6, 7):
            stock.becomes(1, on_hand)
            await looks(watch, stock)
        # The third look has to wait for what the second one sent.
        await looks(watch, stock)
        took_s = asyncio.get_running_loop().time() - began
        heard = [(await watching.hears(2))[-1].change.available for watching in crowd]

    assert took_s >= 0.48
    assert set(heard) <= {5, 6}


async def test_nothing_for_a_while_is_a_heartbeat(stock: Stock) -> None:
    async with watched(stock, heartbeat_s=0.005) as watch, Watching(watch.watch([1])) as watching:
        await eventually(lambda: len(watching.messages) >= 3)
        stock.becomes(1, 9)
        await looks(watch, stock)
        heard = await watching.hears(2)

    assert heard[1].change is not None
    beats = [message for message in watching.messages if message.heartbeat]
    assert {message.sequence for message in beats} <= {1, 2}
    assert all(message.change is None for message in beats)


async def test_who_reads_slowly_gets_the_latest_of_each_item(stock: Stock) -> None:
    async with watched(stock) as watch:
        slow = watch.watch([1, 2])
        assert (await anext(slow)).snapshot
        async with Watching(watch.watch([1])) as quick:
            await quick.hears(1)
            for on_hand in (6, 7, 8):
                stock.becomes(1, on_hand)
                await looks(watch, stock)
                # Nobody else waits for the one that does not read.
                await quick.hears(on_hand - 4)
        stock.becomes(2, 9)
        await looks(watch, stock)

        heard = [await anext(slow), await anext(slow)]

        changes = [(m.sequence, m.change.product_item_id, m.change.available) for m in heard if m.change]
        assert changes == [(2, "1", 7), (3, "2", 8)]
        await slow.aclose()


async def test_a_stream_that_has_to_end_says_why(stock: Stock) -> None:
    streams = OpenStreams(StreamLimits(), FakeClock())
    async with watched(stock) as watch, Watching(served(streams, watch.watch([1]))) as watching:
        await watching.hears(1)

        streams.end_all(Unavailable("connect again"))

        last = (await watching.ends())[-1]
        error = from_status(last.error)
        assert (type(error), last.sequence, error.message) == (Unavailable, 1, "connect again")


async def test_a_users_stream_ends_with_the_token(stock: Stock) -> None:
    streams, caller = OpenStreams(StreamLimits(), clock := FakeClock()), Caller.person("ann")
    expiring = RequestContext(caller=replace(caller, expires_at_s=clock.now().timestamp() + 0.05))
    async with watched(stock) as watch, AsyncExitStack() as held:
        anonymous = await held.enter_async_context(Watching(served(streams, watch.watch([1]))))
        with request_context(expiring):
            watching = await held.enter_async_context(Watching(served(streams, watch.watch([1]))))
        first, last = await watching.ends()
        stock.becomes(1, 9)
        await looks(watch, stock)
        await anonymous.hears(2)

    assert first.snapshot is not None
    assert type(from_status(last.error)) is TokenExpired


async def test_who_names_an_item_that_is_not_there_hears_which(stock: Stock) -> None:
    async with watched(stock) as watch:
        with pytest.raises(ProductItemNotFound) as refusal:
            await anext(watch.watch([1, 99]))
        # And its stock is not looked after any more.
        stock.looked.clear()
        async with Watching(watch.watch([2])) as watching:
            await watching.hears(1)
            await looks(watch, stock)

    assert [violation.field for violation in refusal.value.violations] == ["productItemIds[1]"]
    assert set(stock.looked) == {frozenset({2})}


@pytest.fixture
async def replicas(databases_of: DatabasesOf) -> AsyncIterator[list[Service]]:
    """Two processes of the service on the same databases."""
    databases, tokens = await databases_of("inventory_svc"), Tokens()
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(running_replica(databases, tokens)) for _ in range(2)]


async def test_changes_of_any_replica_reach_the_streams_of_all(replicas: list[Service]) -> None:
    product = await replicas[0].mediator.send(CreateProduct(product=a_product(an_item(quantity=5))))
    (item,) = product.items
    clients = [Client(f"127.0.0.1:{replica.server.port}") for replica in replicas]
    request = WatchInventoryRequest(product_item_ids=[str(item.id)])
    try:
        await asyncio.gather(*(_hears_both(client, request, replicas, item.id) for client in clients))
    finally:
        for client in clients:
            await client.close()


async def _hears_both(client: Client, request: WatchInventoryRequest, replicas: list[Service], item_id: int) -> None:
    async def is_there() -> bool:
        """On the read side."""
        try:
            async with asyncio.timeout(1):
                async for _ in client.stream(WATCH, request):
                    return True
        except ProductItemNotFound:
            pass
        return False

    await eventually(is_there)
    async with Watching(client.stream(WATCH, request)) as watching:
        (first,) = await watching.hears(1)
        seen = first.snapshot.items[0].available
        for replica in replicas:
            await replica.mediator.send(AdjustStock(product_item_id=item_id, delta=1, reason="delivery"))
        # The other stream's pieces come as well; the last level has at least these two.
        await eventually(lambda: any(one.change and one.change.available >= seen + 2 for one in watching.heard))
