"""Hundreds of streams while orders run: each gets all its events, once and in order, despite subscribers that stall.

EASYORDER_TEST_WATCH_SUBSCRIBERS [500] is the number of streams, EASYORDER_TEST_WATCH_ORDERS_S [100] the number of
orders per second, evenly spaced, and EASYORDER_TEST_WATCH_ROUND_S [5] the seconds of each round. Rounds alternate with
and without a subscriber that does not read.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any

import grpc
import pytest
from easyorder.order.v1 import (
    CreateOrderRequest,
    Order,
    OrderEvent,
    OrderStatus,
    WatchAllOrdersRequest,
    WatchOrderRequest,
    WatchOrdersRequest,
)
from google.protobuf.message_factory import GetMessageClass

from chassis import contract
from deploy.local.shop import Shop
from order_svc.order_ids import OrderIds
from tests.e2e import invariants
from tests.e2e.forged_tokens import Forge, forge
from tests.e2e.running_mesh import RunningMesh
from tests.e2e.test_shopping import a_stocked_product
from tests.polling import eventually, keeping_pace

SUBSCRIBERS = int(os.environ.get("EASYORDER_TEST_WATCH_SUBSCRIBERS", "500"))
# Far below what a slow machine can do: a saturated one would be compared with itself.
ORDERS_S = float(os.environ.get("EASYORDER_TEST_WATCH_ORDERS_S", "100"))
ROUND_S = float(os.environ.get("EASYORDER_TEST_WATCH_ROUND_S", "5"))
ROUNDS = 3  # of each kind
ADMINISTRATORS = 3
# Every nth order is followed by a stream of its own.
FOLLOWED = 5
CONNECTIONS = 8
# What a subscriber who does not read may cost the others: nothing that can be told from the machine's own noise.
NOISE, NOISE_S = 1.5, 0.1
_WATCH = "/easyorder.order.v1.OrderWatchService"
_CREATE = "/easyorder.order.v1.OrderService/CreateOrder"
_PUBLISHED = "SELECT owner, position FROM outbox ORDER BY position"
# upb's own classes: at thousands of messages a second, dataclasses would measure themselves.
_Message: Any = GetMessageClass(contract.descriptor_of(OrderEvent))
_WatchOrder: Any = GetMessageClass(contract.descriptor_of(WatchOrderRequest))
_WatchOrders: Any = GetMessageClass(contract.descriptor_of(WatchOrdersRequest))
_WatchAllOrders: Any = GetMessageClass(contract.descriptor_of(WatchAllOrdersRequest))
_CreateOrder: Any = GetMessageClass(contract.descriptor_of(CreateOrderRequest))
_Order: Any = GetMessageClass(contract.descriptor_of(Order))


@dataclass
class Latencies:
    """Seconds from when something happened to when it was heard, of the round that runs."""

    present: list[float] | None = None

    def heard(self, message: Any) -> None:
        if self.present is not None:
            self.present.append(time.time() - message.event_time.ToNanoseconds() / 1e9)


@dataclass
class Subscriber:
    """Who listens over `channel`, from which position, and the positions of what they heard since."""

    channel: grpc.aio.Channel
    owner: str
    is_admin: bool
    token: str
    ids: OrderIds
    began: int | None = None
    drops: int = 0
    heard: list[int] = field(default_factory=list)

    @classmethod
    def by(cls, key: Forge, channel: grpc.aio.Channel, owner: str, role: str, ids: OrderIds) -> Subscriber:
        """Nobody has to register and log in five hundred times."""
        token = key.token(sub=owner, roles=[role], exp=int(time.time()) + 3600)
        return cls(channel, owner, role == "ADMIN", token, ids)

    def stream(self, *, after: str = "") -> Any:
        """Of everything that is theirs."""
        if self.is_admin:
            return self._call("WatchAllOrders", _WatchAllOrders(resume_token=after))
        return self._call("WatchOrders", _WatchOrders(resume_token=after))

    def position(self, message: Any) -> int:
        return self.ids.resume_tokens.position(message.resume_token, "resumeToken")

    def _call(self, method: str, request: Any) -> Any:
        call: Any = self.channel.unary_stream(f"{_WATCH}/{method}")
        return call(request.SerializeToString(), metadata=(("authorization", f"Bearer {self.token}"),))

    async def listen(self, latencies: Latencies) -> None:
        """To all that is theirs; whoever is too slow for the machine's moment resumes like anybody else."""
        last = ""
        while True:
            async for data in self.stream(after=last):
                message = _Message.FromString(data)
                if message.HasField("error"):
                    assert message.resume_token == last, message
                    self.drops += 1
                    break
                if self.began is None:
                    self.began = self.position(message)
                elif not message.HasField("heartbeat"):
                    self.heard.append(self.position(message))
                    latencies.heard(message)
                last = message.resume_token

    async def follow(self, order_id: str, latencies: Latencies) -> None:
        """One of their orders, until it is paid."""
        numbers: list[int] = []
        async for data in self._call("WatchOrder", _WatchOrder(id=order_id)):
            message = _Message.FromString(data)
            assert not message.HasField("error"), message
            if numbers:
                latencies.heard(message)
            numbers.append(message.sequence)
            if _is_paid(message):
                break
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), numbers
        assert _is_paid(message), message

    async def order(self, item: str, request_id: str) -> str:
        request = _CreateOrder(
            request_id=request_id,
            currency_code="USD",
            items=[{"product_item_id": item, "quantity": 1}],
            payment={"method": 1, "token": "tok_ok"},
        )
        call: Any = self.channel.unary_unary(_CREATE)
        metadata = (("authorization", f"Bearer {self.token}"),)
        reply = await call(request.SerializeToString(), metadata=metadata, timeout=60)
        placed: str = _Order.FromString(reply).id
        return placed


@dataclass
class Stalled:
    """Who reads the first message and no other, until they do."""

    subscriber: Subscriber
    stream: Any
    first: Any
    drops: int = 0

    @property
    def began(self) -> int:
        return self.subscriber.position(self.first)

    @classmethod
    async def at(cls, subscriber: Subscriber) -> Stalled:
        stream = subscriber.stream()
        return cls(subscriber, stream, _Message.FromString(await stream.read()))

    async def reads_on(self, until: int) -> list[int]:
        """What comes after the first message; where the stream ended, it is resumed where it said."""
        heard: list[int] = []
        last = self.first
        while self.subscriber.position(last) < until:
            message = _Message.FromString(await self.stream.read())
            if message.HasField("error"):
                self.drops += 1
                assert message.resume_token == last.resume_token, message
                self.stream = self.subscriber.stream(after=last.resume_token)
                continue
            if not message.HasField("heartbeat"):
                heard.append(self.subscriber.position(message))
            last = message
        return heard


@asynccontextmanager
async def connections(mesh: RunningMesh, count: int) -> AsyncIterator[list[grpc.aio.Channel]]:
    options = (
        # Without it, channels to one address share a connection.
        ("grpc.use_local_subchannel_pool", 1),
        # What is not read stays with the sender, not in megabytes of buffers on the way.
        ("grpc.http2.bdp_probe", 0),
        ("grpc.http2.lookahead_bytes", 65536),
    )
    channels = [mesh.open_channel("order", options) for _ in range(count)]
    try:
        yield channels
    finally:
        for channel in channels:
            await channel.close(None)


class Pace:
    """Places orders evenly, whether those before are answered or not, and follows some of them by themselves."""

    def __init__(self, shoppers: Sequence[Subscriber], item: str, latencies: Latencies) -> None:
        self._item = item
        self._latencies = latencies
        self._orders = ((shopper, number) for number in itertools.count() for shopper in shoppers)
        self.placed: set[str] = set()

    async def keep(self, seconds: float) -> None:
        begin = asyncio.get_running_loop().time()
        async with asyncio.TaskGroup() as placing:
            for n in range(int(seconds * ORDERS_S)):
                await keeping_pace(begin + n / ORDERS_S)
                shopper, number = next(self._orders)
                is_followed = n % FOLLOWED == 0
                placing.create_task(self._place(shopper, f"{shopper.owner}/{number}", is_followed=is_followed))

    async def _place(self, shopper: Subscriber, request_id: str, *, is_followed: bool) -> None:
        order_id = await shopper.order(self._item, request_id)
        self.placed.add(order_id)
        if is_followed:
            await shopper.follow(order_id, self._latencies)


@pytest.mark.alone
@pytest.mark.soak
@pytest.mark.timeout(600)
async def test_nothing_is_lost_or_doubled_and_who_stalls_slows_nobody(mesh: RunningMesh, admin: Shop) -> None:
    item = (await a_stocked_product(admin, pieces=1_000_000)).ids[0]
    key = await forge(mesh)
    async with mesh.database("easyorder_order_write") as orders:
        ids = OrderIds(await orders.fetchval("SELECT key FROM order_id_key"))
    latencies = Latencies()
    async with connections(mesh, CONNECTIONS + 1) as (own, *shared):
        admins = [Subscriber.by(key, shared[n], f"admin-{n}", "ADMIN", ids) for n in range(ADMINISTRATORS)]
        shoppers = [
            Subscriber.by(key, shared[n % CONNECTIONS], f"shopper-{n}", "USER", ids)
            for n in range(SUBSCRIBERS - ADMINISTRATORS)
        ]
        listening = [asyncio.create_task(subscriber.listen(latencies)) for subscriber in (*admins, *shoppers)]
        await eventually(lambda: all(s.began is not None for s in (*admins, *shoppers)), timeout_s=60)
        pace = Pace(shoppers, item, latencies)
        # What is cold at first is not to be blamed on either.
        await pace.keep(2)

        stalled = []
        undisturbed: list[Any] = []
        disturbed: list[Any] = []
        for _ in range(ROUNDS):
            latencies.present = undisturbed
            await pace.keep(ROUND_S)
            stalled.append(await Stalled.at(Subscriber.by(key, own, "admin", "ADMIN", ids)))
            latencies.present = disturbed
            await pace.keep(ROUND_S)
            await eventually(lambda: invariants.at_rest(mesh), timeout_s=60)
        latencies.present = None

        async with mesh.database("easyorder_order_write") as orders:
            published = [(row["owner"], row["position"]) for row in await orders.fetch(_PUBLISHED)]
        by_owner: defaultdict[str, list[int]] = defaultdict(list)
        for owner, position in published:
            by_owner[owner].append(position)

        def all_are_told() -> bool:
            for shopper in shoppers:
                assert shopper.heard == by_owner[shopper.owner], shopper.owner
            for admin in admins:
                assert admin.heard == [position for _, position in published if position > admin.began], admin.owner
            return not any(task.done() for task in listening)

        await eventually(all_are_told, timeout_s=60)
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)
        last = published[-1][1]
        for one in stalled:
            assert await one.reads_on(until=last) == [position for _, position in published if position > one.began]
    assert stalled[0].drops, "too little happened for anybody to be dropped"
    await invariants.check(mesh, pace.placed)
    without, during = p95(undisturbed), p95(disturbed)
    print(f"{len(undisturbed)} and {len(disturbed)} messages, p95 {without * 1e3:.0f} ms, {during * 1e3:.0f} ms")
    print(f"those who stalled were dropped {[one.drops for one in stalled]} times")
    print(f"of the others {sum(bool(s.drops) for s in (*admins, *shoppers))} were dropped for a moment's slowness")
    assert during < NOISE * without + NOISE_S


def p95(seconds: Sequence[float]) -> float:
    return quantiles(seconds, n=20)[-1]


def _is_paid(message: Any) -> bool:
    content = getattr(message, message.WhichOneof("content"))
    return "order" in content.DESCRIPTOR.fields_by_name and bool(content.order.status == OrderStatus.PAID)
