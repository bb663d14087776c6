"""Streams on PostgreSQL: events of orders that commands place and pay reach every stream of every replica in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack

import pytest
from easyorder.order.v1 import OrderEvent
from sqlalchemy.engine import make_url

from chassis.context import Caller, RequestContext, request_context
from chassis.db.engine import make_engine
from order_svc.adapters.feed import Feed, FeedTail
from order_svc.adapters.write_side import WriteSideOrders
from order_svc.commands.cancel_order import CancelOrder
from order_svc.domain.errors import OrderNotFound
from order_svc.watch.order_watch import OrderWatch
from tests.builders.order import AT, SHOPPER, an_order
from tests.builders.order_ids import IDS, positions_of
from tests.databases import Postgres
from tests.fakes.chassis import FakeClock
from tests.order_svc.order_app import SqlOrderApp
from tests.polling import eventually
from tests.watching import Watching, content

ADMIN = Caller.person("admin-1", admin=True)


class Replica:
    """A process of order_svc, as far as streams need one."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = make_engine(url, application_name="tests")
        self.app = SqlOrderApp(self.engine)
        feed = Feed(self.engine)
        self.order_watch = OrderWatch(feed, WriteSideOrders(self.engine).load, IDS, clock=FakeClock())
        self.tail = FeedTail(feed, self.order_watch.dispatch, begin=self.order_watch.begin, idle_s=0.01)

    async def __aenter__(self) -> Replica:
        await self.tail.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.tail.stop()
        await self.engine.dispose()

    def watch(self, order_id: int | None = None, *, after: int | None = None, caller: str = SHOPPER) -> Watching:
        return Watching(self._stream(order_id, after, Caller.person(caller)))

    def watch_all(self, *, past_minutes: int) -> Watching:
        return Watching(self._stream(None, None, ADMIN, past_minutes))

    async def _stream(
        self, order_id: int | None, after: int | None, caller: Caller, past_minutes: int = 0
    ) -> AsyncGenerator[OrderEvent, None]:
        with request_context(RequestContext(caller=caller)):
            if order_id is None:
                messages = self.order_watch.watch_orders(after, caller, past_minutes=past_minutes)
            else:
                messages = self.order_watch.watch_order(order_id, after, caller)
            async for message in messages:
                yield message

    async def pay(self, order_id: int) -> None:
        async with self.app.open_uow() as uow:
            order = (await uow.orders.find([order_id]))[order_id]
            uow.emit(*order.charged(at=AT))
            await uow.orders.save([order])
            await uow.commit()


@pytest.fixture
async def replicas(databases_of: Callable[[str], Awaitable[Mapping[str, str]]]) -> AsyncIterator[list[Replica]]:
    url = (await databases_of("order_svc"))["easyorder_order_write"]
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(Replica(url)) for _ in range(2)]


async def test_an_order_is_followed_on_one_replica_while_another_works(replicas: list[Replica]) -> None:
    here, there = replicas
    order_id = await there.app.given(an_order())

    async with here.watch(order_id) as watching:
        await watching.hears(1)
        await there.pay(order_id)
        messages = await watching.hears(3)

    assert [content(message) for message in messages] == ["order_snapshot", "payment_attempt", "order_status_changed"]
    assert watching.sequences == [1, 2, 3]


async def test_streams_that_begin_at_any_moment_are_whole(replicas: list[Replica]) -> None:
    here, there = replicas
    orders = [await here.app.given(an_order()) for _ in range(15)]

    async def pay_then_cancel(order_id: int) -> None:
        await there.pay(order_id)
        await here.app.send(CancelOrder(order_id=order_id, reason="changed my mind"))

    async with AsyncExitStack() as stack:
        working = asyncio.gather(*(pay_then_cancel(order_id) for order_id in orders))
        watching = [
            await stack.enter_async_context(replica.watch(order_id)) for order_id in orders for replica in replicas
        ]
        await working
        for one in watching:
            await one.ends()

    for one in watching:
        assert content(one.heard[0]) == "order_snapshot"
        first = one.sequences[0]
        assert one.sequences == list(range(first, first + len(one.sequences)))
        assert one.sequences[-1] == 5


async def test_all_streams_of_all_replicas_tell_the_same(replicas: list[Replica]) -> None:
    here, there = replicas

    async with here.watch() as one, there.watch() as other, there.watch(caller="stranger") as stranger:
        await eventually(lambda: here.order_watch.subscribers == 1 and there.order_watch.subscribers == 2)
        for replica in replicas * 3:
            await replica.pay(await replica.app.given(an_order()))
        await one.hears(18)
        await other.hears(18)

    positions = positions_of(one.heard)
    assert positions == positions_of(other.heard) == sorted(set(positions))
    for message in (*one.heard, *other.heard):
        message.resume_token = ""
    assert [message.to_dict() for message in one.heard] == [message.to_dict() for message in other.heard]
    assert stranger.heard == []


async def test_somebody_elses_order_does_not_exist(replicas: list[Replica]) -> None:
    order_id = await replicas[0].app.given(an_order())

    async with replicas[0].watch(order_id, caller="stranger") as watching:
        with pytest.raises(OrderNotFound):
            await watching.ends()


async def test_a_subscriber_goes_on_after_a_restore(
    postgres: Postgres, databases_of: Callable[[str], Awaitable[Mapping[str, str]]]
) -> None:
    url = (await databases_of("order_svc"))["easyorder_order_write"]
    async with Replica(url) as replica:
        await replica.app.given(an_order())
    backup = await postgres.create(template=str(make_url(url).database))
    async with Replica(url) as replica, replica.watch() as watching:
        await eventually(lambda: replica.order_watch.subscribers == 1)
        await replica.app.given(an_order())
        (last_seen,) = positions_of(await watching.hears(1))

    try:
        async with Replica(postgres.url(backup)) as restored:
            # More orders than were lost.
            orders = [await restored.app.given(an_order()) for _ in range(3)]
            async with restored.watch(after=last_seen) as watching:
                heard = await watching.hears(3)
    finally:
        await postgres.drop(backup)

    assert [message.order_id for message in heard] == [IDS.of_order(order) for order in orders]
    assert [last_seen, *positions_of(heard)] == sorted([last_seen, *positions_of(heard)])


async def test_counts_and_the_streams_that_begin_with_them_have_every_order_once(replicas: list[Replica]) -> None:
    here, there = replicas
    order_ids = [await here.app.given(an_order()) for _ in range(9)]
    watching: list[Watching] = []

    async with AsyncExitStack() as stack:
        for order_id in order_ids[:-1]:
            watching += [await stack.enter_async_context(one.watch_all(past_minutes=15)) for one in replicas]
            await there.pay(order_id)
        for one in watching:
            await one.hears(1)
        await there.pay(order_ids[-1])
        last = IDS.of_order(order_ids[-1])
        await eventually(lambda: all((one.heard[-1].order_id, one.heard[-1].sequence) == (last, 3) for one in watching))

    for one in watching:
        counts, *events = one.heard
        counted = sum(bucket.paid_count for bucket in counts.order_counts.buckets)
        assert counted + sum(message.order_status_changed is not None for message in events) == len(order_ids)
    # The process has counted since it started.
    assert len({one.heard[0].order_counts.start_time for one in watching}) == 1


async def test_a_process_counts_what_happens_after_its_start(replicas: list[Replica]) -> None:
    here, _ = replicas
    await here.app.given(an_order())
    async with Replica(here.url) as started, started.watch_all(past_minutes=15) as watching:
        await watching.hears(1)
        order_id = await here.app.given(an_order())
        counts, created = await watching.hears(2)

    assert counts.order_counts.buckets == []
    assert created.order_id == IDS.of_order(order_id)
