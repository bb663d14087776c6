"""A feed over a real socket: from any position, live, and after disconnects, to a consumer that keeps its position."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from easyorder.internal.order.v1 import EventBatch as EventBatchMessage
from easyorder.internal.order.v1 import SubscribeRequest

from chassis.errors import InvalidArgument, PermissionDenied, Unauthenticated, Unavailable
from chassis.events import Event
from chassis.grpc.clients import Client
from inventory_svc.adapters.order_feed import SUBSCRIBE, EventBatch, FeedConsumer
from order_svc.api.feed import OrderFeedApi
from order_svc.domain.feed import EventsPurged
from order_svc.messages import feed_events
from tests.builders.event import an_event, as_heard
from tests.fakes.feed import InMemoryFeed
from tests.mesh import Mesh, serving
from tests.polling import eventually

FEED = "easyorder.internal.order.v1.OrderFeedService"


@dataclass
class Shop:
    feed: InMemoryFeed = field(default_factory=InMemoryFeed)
    on_publish: Callable[[], object] = field(default=lambda: None)

    def __post_init__(self) -> None:
        self.api = OrderFeedApi(self.feed, heartbeat_s=0.05, pace_s=0)

    def happens(self, *events: Event) -> None:
        self.api.dispatch(self.feed.publish(events))
        self.on_publish()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Mesh]:
        async with serving({FEED: self.api}) as mesh:
            yield mesh


@dataclass
class Taken:
    """A consumer in memory; `failures` are raised by its next takes."""

    events: list[Event] = field(default_factory=list)
    kept: int = 0
    failures: list[Exception] = field(default_factory=list)

    async def position(self) -> int:
        return self.kept

    async def take(self, batch: EventBatch) -> None:
        assert batch.after == self.kept
        if self.failures:
            raise self.failures.pop()
        self.events += [published.event for published in batch.events]
        self.kept = batch.position


@asynccontextmanager
async def following(client: Client, taken: Taken, **how: Any) -> AsyncIterator[list[Exception]]:
    reported: list[Exception] = []
    consumer = FeedConsumer(client, taken, report=lambda source, error: reported.append(error), **how)
    await consumer.start()
    try:
        yield reported
    finally:
        async with asyncio.timeout(2):
            await consumer.stop()


@pytest.fixture
def shop() -> Shop:
    return Shop()


async def test_a_consumer_gets_what_there_was_and_what_comes(shop: Shop) -> None:
    events = [an_event(aggregate_id, 1) for aggregate_id in range(1, 5)]
    heard = [as_heard(event) for event in events]
    shop.happens(*events[:2])
    taken = Taken()
    async with shop.open() as mesh, following(mesh.service("inventory"), taken):
        await eventually(lambda: taken.events == heard[:2])
        shop.happens(*events[2:])
        await eventually(lambda: taken.events == heard)

    assert taken.kept == 4


async def test_it_resumes_where_it_was_after_any_break(shop: Shop) -> None:
    taken = Taken(failures=[ValueError("not now"), Unavailable("nor now")])
    shop.happens(an_event(1))
    async with shop.open() as mesh, following(mesh.service("inventory"), taken) as reported:
        await eventually(lambda: taken.kept == 1)
        for end in mesh.server._interceptor.streams._open:
            end.set_result(Unavailable("not now"))
        shop.happens(an_event(2))
        await eventually(lambda: taken.kept == 2)

    assert [event.aggregate_id for event in taken.events] == [1, 2]
    assert [str(error) for error in reported] == []


async def test_only_the_first_failure_in_a_row_is_reported(shop: Shop) -> None:
    taken = Taken(failures=[ValueError("second"), ValueError("first")])
    shop.happens(an_event(1))
    async with shop.open() as mesh, following(mesh.service("inventory"), taken) as reported:
        await eventually(lambda: taken.kept == 1)

    assert [str(error) for error in reported] == ["first"]


async def test_a_feed_that_says_nothing_is_followed_again(shop: Shop) -> None:
    shop.api._heartbeat_s = 60
    taken = Taken()
    async with shop.open() as mesh, following(mesh.service("inventory"), taken, silence_s=0.05):
        await eventually(lambda: taken.kept == 0)
        # Published without telling: only who asks again hears of it.
        shop.feed.publish([an_event(1)])
        await eventually(lambda: taken.kept == 1)


async def test_only_the_kinds_asked_for_come_and_the_position_passes_the_others(shop: Shop) -> None:
    shop.happens(an_event(1), an_event(2))
    async with shop.open() as mesh:
        request = SubscribeRequest(kinds=["stopped"])
        stream = mesh.service("inventory").stream(SUBSCRIBE, request)
        batch = await anext(stream)

    assert (batch.events, batch.after_position, batch.position) == ([], 0, 2)


async def test_the_largest_page_is_a_message_that_can_be_received(shop: Shop) -> None:
    owner = "x" * 128
    many = [replace(an_event(aggregate_id), owner=owner, owner_team=owner) for aggregate_id in range(1, 1001)]
    shop.happens(*many)
    taken = Taken()
    async with shop.open() as mesh, following(mesh.service("inventory"), taken):
        await eventually(lambda: taken.kept == len(many))

    assert taken.events == [as_heard(event) for event in many]


async def test_events_of_a_later_schema_wait(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_events, "SCHEMA_VERSION", 2)
    shop.happens(an_event(1))
    taken = Taken()
    async with shop.open() as mesh, following(mesh.service("inventory"), taken) as reported:
        await eventually(lambda: reported)
        assert "schema version 2" in str(reported[0])
        assert (taken.events, taken.kept) == ([], 0)
        monkeypatch.setattr(feed_events, "SCHEMA_VERSION", 1)
        await eventually(lambda: taken.kept == 1)

    assert taken.events == [as_heard(an_event(1))]


async def test_only_services_may_follow(shop: Shop) -> None:
    async with shop.open() as mesh:
        for client, refusal in ((mesh.anonymous(), Unauthenticated), (mesh.admin(), PermissionDenied)):
            with pytest.raises(refusal):
                await first(client, SubscribeRequest())


async def test_a_position_that_was_never_reached_is_refused(shop: Shop) -> None:
    async with shop.open() as mesh:
        with pytest.raises(InvalidArgument, match="afterPosition is later than the last event"):
            await first(mesh.service("inventory"), SubscribeRequest(after_position=1))


async def test_stopping_does_not_wait_for_the_feed() -> None:
    class Silent:
        async def stream(self, method: object, request: object) -> AsyncIterator[EventBatch]:
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
            return
            yield

    consumer = FeedConsumer(Silent(), Taken())  # type: ignore[arg-type]
    await consumer.start()
    await eventually(lambda: consumer._waiting is not None)
    async with asyncio.timeout(1):
        await consumer.stop()


async def first(client: Client, request: SubscribeRequest) -> EventBatchMessage:
    return await anext(client.stream(SUBSCRIBE, request))


async def test_a_position_whose_events_are_purged_is_refused(shop: Shop) -> None:
    shop.feed.publish([an_event(1), an_event(2), an_event(3)])
    shop.feed.purged = 2
    async with shop.open() as mesh:
        with pytest.raises(EventsPurged):
            await first(mesh.service("inventory"), SubscribeRequest(after_position=1))
        # From the beginning means from what is kept.
        batch = await first(mesh.service("inventory"), SubscribeRequest())
    assert [event.position for event in batch.events] == [3]


async def test_a_consumer_tells_again_and_again_how_far_it_is(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("order_svc.api.feed._RENEWED_AFTER_S", 0)
    shop.happens(an_event(1))
    taken = Taken()
    async with shop.open() as mesh, following(mesh.service("inventory"), taken) as reported:
        await eventually(lambda: list(shop.feed.seen.values()) == [1])
    assert reported == []
