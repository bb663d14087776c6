"""Events of orders come to inventory_svc alike over the feed and over the broker: a contract of both."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest

from chassis.background import Background
from chassis.errors import Unavailable
from chassis.events import Event
from chassis.grpc.clients import Client
from inventory_svc.adapters.broker_consumer import BrokerConsumer
from inventory_svc.adapters.order_feed import EventBatch, FeedConsumer
from order_svc.adapters.broker_publisher import BrokerPublisher
from order_svc.messages import feed_events
from tests.broker.rabbitmq import RabbitMq
from tests.builders.event import an_event, as_heard
from tests.fakes.publisher_lease import InMemoryLease
from tests.mesh import serving
from tests.order_svc.test_feed import FEED, Shop
from tests.polling import eventually


@dataclass
class Inbox:
    """Like inventory_svc's, in memory; `failures` are raised by its next takes."""

    events: list[Event] = field(default_factory=list)
    kept: int = 0
    failures: list[Exception] = field(default_factory=list)

    async def position(self) -> int:
        return self.kept

    async def take(self, batch: EventBatch) -> None:
        assert batch.after <= self.kept
        new = [published.event for published in batch.events if published.position > self.kept]
        if new and self.failures:
            raise self.failures.pop()
        self.events += new
        self.kept = max(self.kept, batch.position)


@asynccontextmanager
async def running(part: Background) -> AsyncIterator[None]:
    await part.start()
    try:
        yield
    finally:
        await part.stop()


@dataclass
class Source:
    """Where events come from. `consumer` makes what takes them; `published` publishes them for the block."""

    shop: Shop
    order: Client
    consumer: Callable[[Inbox, list[Exception]], Background]
    published: Callable[[], AbstractAsyncContextManager[None]]

    @asynccontextmanager
    async def following(self, inbox: Inbox) -> AsyncIterator[list[Exception]]:
        reported: list[Exception] = []
        async with running(self.consumer(inbox, reported)):
            yield reported

    def happens(self, *events: Event) -> None:
        self.shop.happens(*events)


@pytest.fixture(params=["feed", "broker"])
async def source(request: pytest.FixtureRequest) -> AsyncIterator[Source]:
    shop = Shop()
    async with serving({FEED: shop.api}) as mesh:
        order = mesh.service("inventory")
        if request.param == "feed":

            def over_the_feed(inbox: Inbox, reported: list[Exception]) -> Background:
                return FeedConsumer(order, inbox, report=lambda _, error: reported.append(error))

            yield Source(shop, order, over_the_feed, lambda: running(Nothing()))
            return
        running_rabbitmq: RabbitMq = request.getfixturevalue("running_rabbitmq")
        rabbitmq = await running_rabbitmq.ready()
        publisher = BrokerPublisher(shop.feed, InMemoryLease(), rabbitmq.url, name="order")
        shop.on_publish = publisher.wake

        def over_the_broker(inbox: Inbox, reported: list[Exception]) -> Background:
            report = lambda _, error: reported.append(error)  # noqa: E731
            return BrokerConsumer(rabbitmq.url, order, inbox, name="inventory", report=report)

        yield Source(shop, order, over_the_broker, lambda: running(publisher))


class Nothing:
    """The feed needs no publisher."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


async def test_what_there_was_and_what_comes(source: Source) -> None:
    events = [an_event(order_id, sequence) for order_id in range(1, 5) for sequence in (1, 2)]
    heard = [as_heard(event) for event in events]
    source.happens(*events[:3])
    inbox = Inbox()
    async with source.published(), source.following(inbox):
        await eventually(lambda: inbox.events == heard[:3], timeout_s=20)
        source.happens(*events[3:])
        await eventually(lambda: inbox.events == heard, timeout_s=20)

    assert inbox.kept == len(events)


async def test_after_failures_each_event_comes_once_and_in_order(source: Source) -> None:
    inbox = Inbox(failures=[ValueError("not now"), Unavailable("nor now")])
    events = [an_event(1, sequence) for sequence in range(1, 21)]
    async with source.published(), source.following(inbox) as reported:
        for event in events:
            source.happens(event)
        await eventually(lambda: len(inbox.events) == len(events), timeout_s=30)

    assert inbox.events == [as_heard(event) for event in events]
    assert all(isinstance(error, ValueError) for error in reported)


async def test_what_came_while_nobody_took_it_comes_later(source: Source) -> None:
    inbox = Inbox()
    async with source.published():
        async with source.following(inbox):
            source.happens(an_event(1, 1))
            await eventually(lambda: inbox.kept == 1, timeout_s=20)
        source.happens(an_event(1, 2), an_event(2, 1))
        async with source.following(inbox):
            await eventually(lambda: inbox.kept == 3, timeout_s=20)

    assert inbox.events == [as_heard(event) for event in (an_event(1, 1), an_event(1, 2), an_event(2, 1))]


async def test_other_kinds_do_not_come(source: Source) -> None:
    inbox = Inbox()
    async with source.published(), source.following(inbox):
        source.happens(
            replace(an_event(1, 1), kind="inventory_status", payload={"items": []}, content=b""), an_event(1, 2)
        )
        await eventually(lambda: inbox.kept == 2, timeout_s=20)

    assert inbox.events == [as_heard(an_event(1, 2))]


async def test_events_of_a_later_schema_wait(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_events, "SCHEMA_VERSION", 2)
    inbox = Inbox()
    source.happens(an_event(1))
    async with source.published(), source.following(inbox) as reported:
        await eventually(lambda: reported, timeout_s=20)
        assert "schema version 2" in str(reported[0])

    assert (inbox.events, inbox.kept) == ([], 0)


async def test_order_svc_knows_how_far_it_is(source: Source) -> None:
    inbox = Inbox()
    source.happens(an_event(1), an_event(2))
    async with source.published():
        async with source.following(inbox):
            await eventually(lambda: inbox.kept == 2, timeout_s=20)
        async with source.following(inbox):
            await eventually(lambda: list(source.shop.feed.seen.values()) == [2], timeout_s=20)
