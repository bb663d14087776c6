"""Open streams are limited by address, by user and in total, and end with the token that opened them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

import pytest
from easyorder.inventory.v1 import InventoryEvent, WatchInventoryRequest
from easyorder.order.v1 import GetOrderRequest, OrderEvent, WatchOrdersRequest

from chassis.context import ANONYMOUS, RequestContext
from chassis.errors import TokenExpired, Unavailable
from chassis.grpc import streams
from chassis.grpc.clients import Client, rpc
from chassis.grpc.streams import OpenStreams, StreamLimits, TooManyStreams
from tests.chassis.grpc.orders import GET_ORDER, ORDER_WATCH, ORDERS, WATCH_ORDERS, OrderApi, OrderWatchApi, order_watch
from tests.fakes.chassis import FakeClock
from tests.mesh import Mesh, serving
from tests.polling import eventually

INVENTORY = "easyorder.inventory.v1.InventoryService"
WATCH = rpc(INVENTORY, "WatchInventory", WatchInventoryRequest, InventoryEvent)
AT_HOME = (("x-envoy-external-address", "203.0.113.9"),)


@pytest.fixture(autouse=True)
def short_last_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "_LAST_WORDS_S", 0.2)


class Watch:
    """An InventoryService whose stream has one message, and ends when it has to."""

    async def watch_inventory(self, request: WatchInventoryRequest) -> AsyncIterator[InventoryEvent]:
        yield InventoryEvent(sequence=1)
        await asyncio.wait([end := streams.stream_end()])
        raise end.result()


async def endless() -> AsyncIterator[OrderEvent]:
    while True:
        yield OrderEvent(sequence=1)


@asynccontextmanager
async def limited(
    *, in_all: int = 100, per_address: int = 100, per_user: int = 100, trusted: str = "127.0.0.1"
) -> AsyncIterator[Mesh]:
    limits = StreamLimits(in_all=in_all, per_address=per_address, per_user=per_user)
    servicers = {ORDER_WATCH: OrderWatchApi(endless), ORDERS: OrderApi(), INVENTORY: Watch()}
    async with serving(servicers, stream_limits=limits, trusted_proxies=trusted) as mesh:
        yield mesh


@asynccontextmanager
async def open_stream(client: Client, address: str = "203.0.113.7") -> AsyncIterator[None]:
    """Holds a stream that has begun, as somebody whom Envoy saw at `address`."""
    stream = client.stream(WATCH_ORDERS, WatchOrdersRequest(), extra=(("x-envoy-external-address", address),))
    try:
        await anext(stream)
        yield
    finally:
        await stream.aclose()


async def is_refused(client: Client, address: str = "203.0.113.7") -> bool:
    try:
        async with open_stream(client, address):
            return False
    except TooManyStreams:
        return True


async def test_the_limit_of_a_user_holds_wherever_they_are() -> None:
    async with limited(per_user=2) as mesh, AsyncExitStack() as held:
        ann, bob = mesh.user("ann"), mesh.user("bob")
        for address in ("203.0.113.1", "203.0.113.2"):
            await held.enter_async_context(open_stream(ann, address))

        assert await is_refused(ann, "203.0.113.3")
        assert not await is_refused(bob)
        assert await ann.call(GET_ORDER, GetOrderRequest(id="1"))


async def test_the_limit_of_an_address_holds_whoever_is_there() -> None:
    async with limited(per_address=2) as mesh, AsyncExitStack() as held:
        for user in ("ann", "bob"):
            await held.enter_async_context(open_stream(mesh.user(user)))

        assert await is_refused(mesh.user("eve"))
        assert not await is_refused(mesh.user("eve"), "203.0.113.8")


async def test_an_address_that_is_only_claimed_does_not_count() -> None:
    async with limited(per_address=1, trusted="10.0.0.0/8") as mesh, open_stream(mesh.user("ann"), "203.0.113.1"):
        assert await is_refused(mesh.user("eve"), "203.0.113.2")


async def test_all_together_have_a_limit() -> None:
    async with limited(in_all=2) as mesh, AsyncExitStack() as held:
        for n in range(2):
            await held.enter_async_context(open_stream(mesh.user(f"user {n}"), f"203.0.113.{n}"))

        assert await is_refused(mesh.user("eve"), "203.0.113.9")


async def test_a_user_takes_the_place_of_the_oldest_anonymous_stream() -> None:
    async with limited(in_all=2) as mesh, AsyncExitStack() as held:
        anonymous = mesh.anonymous()
        opened = [anonymous.stream(WATCH, WatchInventoryRequest(product_item_ids=[n]), extra=AT_HOME) for n in "12"]
        for stream in opened:
            held.push_async_callback(stream.aclose)
            await anext(stream)

        with pytest.raises(TooManyStreams) as refusal:
            await anext(anonymous.stream(WATCH, WatchInventoryRequest(product_item_ids=["3"]), extra=AT_HOME))
        await held.enter_async_context(open_stream(mesh.user("ann")))

        with pytest.raises(TooManyStreams, match="ended for others") as ending:
            await anext(opened[0])
        assert refusal.value.retry_after_s == ending.value.retry_after_s == 5
        # The other one is still there, until the next user comes.
        await held.enter_async_context(open_stream(mesh.user("bob")))
        with pytest.raises(TooManyStreams, match="ended for others"):
            await anext(opened[1])
        assert await is_refused(mesh.user("eve"))


async def test_a_process_that_is_late_ends_its_oldest_anonymous_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.grpc.streams._CHECK_EVERY_S", 0.3)
    async with limited() as mesh, AsyncExitStack() as held:
        streams = [
            mesh.anonymous().stream(WATCH, WatchInventoryRequest(product_item_ids=[n])) for n in map(str, range(1, 13))
        ]
        for stream in streams:
            held.push_async_callback(stream.aclose)
            await anext(stream)
        of_user = mesh.user("ann").stream(WATCH_ORDERS, WatchOrdersRequest())
        held.push_async_callback(of_user.aclose)
        await anext(of_user)

        monkeypatch.setattr("chassis.grpc.streams._LATE_S", -1)
        with pytest.raises(TooManyStreams, match="ended for others"):
            await anext(streams[0])
        monkeypatch.setattr("chassis.grpc.streams._LATE_S", 3600)

        open_streams = mesh.server._interceptor.streams._open
        await eventually(lambda: all(not end.done() for end in open_streams))
        assert 0 < sum(caller is ANONYMOUS for caller in open_streams.values()) <= 10
        assert await anext(of_user)


async def test_a_stream_whose_handler_goes_on_is_cut_when_its_token_expires() -> None:
    ended = asyncio.Event()

    async def deaf() -> AsyncIterator[OrderEvent]:
        try:
            yield OrderEvent(sequence=1)
            await asyncio.Event().wait()
        finally:
            ended.set()

    clock = FakeClock(datetime.now(UTC).replace(microsecond=0))
    async with serving({ORDER_WATCH: OrderWatchApi(deaf)}, clock=clock) as mesh:
        client = mesh.user("ann")
        clock.advance(600)
        stream = client.stream(WATCH_ORDERS, WatchOrdersRequest())
        await anext(stream)
        with pytest.raises(TokenExpired, match="then resume"):
            await anext(stream)
    assert ended.is_set()


async def test_a_stream_ends_after_its_first_message_when_only_its_head_is_wanted() -> None:
    async def endless() -> AsyncIterator[OrderEvent]:
        yield OrderEvent(sequence=1)
        await asyncio.Event().wait()

    async with order_watch(endless) as mesh:
        head = mesh.user().stream(WATCH_ORDERS, WatchOrdersRequest(), extra=(("x-envoy-head", "true"),))

        assert [event.sequence async for event in head] == [1]


async def test_a_server_that_drains_begins_no_stream() -> None:
    open_streams = OpenStreams(StreamLimits(), FakeClock())
    open_streams.end_all(Unavailable("stopping"))

    begun = open_streams.one_more(RequestContext(), asyncio.timeout(None))
    with pytest.raises(Unavailable, match="stopping"), begun:
        pass


async def test_what_has_ended_counts_no_more() -> None:
    async with limited(per_user=1, per_address=1, in_all=1) as mesh:
        for _ in range(3):
            with pytest.raises(TooManyStreams):
                async with open_stream(mesh.user("ann")), open_stream(mesh.user("ann")):
                    pass

            async def is_free() -> bool:
                return not await is_refused(mesh.user("ann"))

            await eventually(is_free)
