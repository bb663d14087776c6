"""A host that vanishes, without a word: callers go on at another replica, and a server keeps none of its streams."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from easyorder.order.v1 import OrderEvent, WatchOrdersRequest

from chassis.grpc.clients import Client, Peer
from tests.chassis.grpc.orders import AVAILABLE, CONFIRM_AVAILABILITY, WATCH_ORDERS, OrderApi, order_watch, orders
from tests.mesh import service_tokens
from tests.polling import eventually
from tests.vanishing import Host, from_there, host, served_there


@pytest.fixture
def there() -> Iterator[Host]:
    with host() as made:
        yield made


async def test_calls_go_on_at_another_replica(there: Host) -> None:
    async with (
        orders(first := OrderApi()) as one,
        orders(OrderApi()) as two,
        served_there(there, lambda: asyncio.open_connection("127.0.0.1", one.server.port)) as port,
    ):
        peer = Peer(f"{there.address}:{port},{two.address}", "test", service_tokens("inventory"), silence_s=0.25)

        async def is_asked() -> bool:
            await peer.call(CONFIRM_AVAILABILITY, AVAILABLE)
            return bool(first.seen)

        await eventually(is_asked)
        there.vanish()
        await asyncio.gather(*(peer.call(CONFIRM_AVAILABILITY, AVAILABLE, timeout_s=4) for _ in range(10)))
        # From now on, without any delay.
        await asyncio.gather(*(peer.call(CONFIRM_AVAILABILITY, AVAILABLE, timeout_s=0.5) for _ in range(10)))
        await peer.close()


@pytest.mark.soak
async def test_a_stream_ends_when_a_message_is_not_acknowledged(there: Host) -> None:
    """After gRPC's own 20 s. Every stream has heartbeats."""
    ended = asyncio.Event()

    async def messages() -> AsyncIterator[OrderEvent]:
        try:
            while True:
                yield OrderEvent()
                await asyncio.wait([asyncio.create_task(ended.wait())], timeout=1)
        finally:
            ended.set()

    async with order_watch(messages, address=f"{there.here}:0") as mesh, from_there(there, mesh.server.port) as port:
        client = Client(f"127.0.0.1:{port}", token=mesh.tokens.user())
        stream = client.stream(WATCH_ORDERS, WatchOrdersRequest())
        await anext(stream)
        there.vanish()

        await asyncio.wait_for(ended.wait(), timeout=30)
        await stream.aclose()
        await client.close()
