"""Outbox, relay and feed: every event once, in one order for everybody, whatever commits when."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from chassis.db import outbox
from chassis.db.bulk import insert_rows
from chassis.db.engine import make_engine, make_sessions
from chassis.db.outbox import Feed, FeedTail, Relay, event_rows
from chassis.db.tables import OUTBOX
from chassis.errors import Unavailable
from chassis.events import Event, PublishedEvent
from tests.fakes.chassis import FakeClock
from tests.fakes.feed import InMemoryFeed
from tests.polling import eventually


def an_event(aggregate_id: int = 1, sequence: int = 1) -> Event:
    return Event(
        kind="moved",
        aggregate_id=aggregate_id,
        sequence=sequence,
        owner="ann",
        owner_team="red",
        occurred_on=FakeClock().now(),
        payload={"amount": "1.10", "nested": {"text": "ä'\"\\"}, "none": None},
    )


class ReadableFeed(Protocol):
    async def last_position(self) -> int: ...

    async def after(self, position: int, *, limit: int = ...) -> list[PublishedEvent]: ...

    async def of_aggregate(self, aggregate_id: int, *, after_sequence: int) -> list[PublishedEvent]: ...


class FeedBench:
    """A feed, and how events get into it."""

    def __init__(self, feed: ReadableFeed, publish: Callable[[Sequence[Event]], object]) -> None:
        self.feed = feed
        self._publish = publish

    async def publish(self, *events: Event) -> None:
        published = self._publish(events)
        if asyncio.iscoroutine(published):
            await published


@pytest.fixture(params=["fakes", "postgres"])
def bench(request: pytest.FixtureRequest) -> FeedBench:
    if request.param == "fakes":
        feed = InMemoryFeed()
        return FeedBench(feed, feed.publish)
    engine = request.getfixturevalue("chassis_engine")

    async def publish(events: Sequence[Event]) -> None:
        await written(engine, *events)
        await Relay(engine)._publish()

    return FeedBench(Feed(engine), publish)


async def written(engine: AsyncEngine, *events: Event) -> None:
    async with make_sessions(engine)() as session:
        await insert_rows(session, OUTBOX, event_rows(events))
        await session.commit()


@asynccontextmanager
async def uncommitted(engine: AsyncEngine, *events: Event) -> AsyncIterator[AsyncSession]:
    """A transaction that has written events, and commits at the end of the block."""
    async with make_sessions(engine)() as session:
        await insert_rows(session, OUTBOX, event_rows(events))
        yield session
        await session.commit()


class Replica:
    """A process with a relay and a tail of its own."""

    def __init__(self, engine: AsyncEngine, *, feed: Feed | None = None, idle_s: float = 0.01) -> None:
        self.seen: list[PublishedEvent] = []
        self.tail = FeedTail(feed or Feed(engine), self._deliver, idle_s=idle_s)
        self.relay = Relay(engine, idle_s=idle_s)
        self.relay.on_published.append(self.tail.dispatch)

    async def __aenter__(self) -> Replica:
        await self.tail.start()
        await self.relay.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.relay.stop()
        await self.tail.stop()

    @property
    def events(self) -> list[Event]:
        return [published.event for published in self.seen]

    def _deliver(self, events: Sequence[PublishedEvent]) -> None:
        self.seen += events


class CountedFeed(Feed):
    """Counts how often it is read on, and lets a test hold reads back before or after they look."""

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(engine)
        self.reads = 0
        self.may_look, self.may_answer = asyncio.Event(), asyncio.Event()
        self.may_look.set()
        self.may_answer.set()
        self.looked = 0

    async def after(self, position: int, *, limit: int = 1000) -> list[PublishedEvent]:
        self.reads += 1
        await self.may_look.wait()
        events = await super().after(position, limit=limit)
        self.looked += 1
        await self.may_answer.wait()
        return events


@asynccontextmanager
async def replica_that_is_told(engine: AsyncEngine) -> AsyncIterator[tuple[Replica, CountedFeed]]:
    """A replica whose relay publishes when the test says so, and whose tail looks by itself only at its start."""
    feed = CountedFeed(engine)
    replica = Replica(engine, feed=feed, idle_s=1000)
    await replica.tail.start()
    await eventually(lambda: feed.looked == 1)
    yield replica, feed
    await replica.tail.stop()


async def test_a_feed_gives_events_back_as_they_were(bench: FeedBench) -> None:
    assert await bench.feed.last_position() == 0
    events = [an_event(1, 1), an_event(2, 1), an_event(1, 2)]
    await bench.publish(*events)

    assert [published.event for published in await bench.feed.after(0)] == events
    assert [published.event for published in await bench.feed.of_aggregate(1, after_sequence=0)] == [
        events[0],
        events[2],
    ]
    assert [published.event for published in await bench.feed.of_aggregate(1, after_sequence=1)] == [events[2]]


async def test_a_feed_is_read_page_by_page(bench: FeedBench) -> None:
    await bench.publish(*(an_event(1, sequence) for sequence in range(1, 6)))

    first = await bench.feed.after(0, limit=2)
    rest = await bench.feed.after(first[-1].position)
    assert [published.event.sequence for published in first + rest] == [1, 2, 3, 4, 5]
    assert [published.position for published in first + rest] == sorted(p.position for p in first + rest)
    assert await bench.feed.last_position() == rest[-1].position
    assert await bench.feed.after(rest[-1].position) == []


async def test_what_was_not_committed_is_never_published(chassis_engine: AsyncEngine) -> None:
    async with make_sessions(chassis_engine)() as session:
        await insert_rows(session, OUTBOX, event_rows([an_event()]))
    await Relay(chassis_engine)._publish()

    assert await Feed(chassis_engine).after(0) == []


async def test_an_event_is_not_in_the_feed_before_it_has_its_place(chassis_engine: AsyncEngine) -> None:
    await written(chassis_engine, an_event())

    assert await Feed(chassis_engine).after(0) == []
    assert await Feed(chassis_engine).of_aggregate(1, after_sequence=0) == []
    assert await Feed(chassis_engine).last_position() == 0


async def test_who_writes_first_and_commits_last_is_not_lost(chassis_engine: AsyncEngine) -> None:
    async with Replica(chassis_engine) as replica:
        async with uncommitted(chassis_engine, an_event(1)):
            await written(chassis_engine, an_event(2))
            await eventually(lambda: replica.events == [an_event(2)])
        await eventually(lambda: replica.events == [an_event(2), an_event(1)])


async def test_a_reader_of_a_position_has_seen_all_before_it(chassis_engine: AsyncEngine) -> None:
    """A relay that has taken positions and not committed holds the next one back."""
    await written(chassis_engine, an_event(1))
    async with chassis_engine.begin() as slow:
        await slow.execute(outbox._PUBLISH, {"batch": 1})
        await written(chassis_engine, an_event(2))
        quick = asyncio.create_task(Relay(chassis_engine)._publish())
        await eventually(lambda: relays_waiting(chassis_engine))
        assert await Feed(chassis_engine).after(0) == []
    await quick

    assert [published.event.aggregate_id for published in await Feed(chassis_engine).after(0)] == [1, 2]


async def relays_waiting(engine: AsyncEngine) -> bool:
    async with engine.connect() as connection:
        waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return bool(await connection.scalar(waiting))


async def test_all_replicas_get_all_events_once_and_in_the_same_order(
    chassis_engine: AsyncEngine,
) -> None:
    engines = [make_engine(chassis_engine.url, application_name=f"replica-{number}") for number in range(2)]
    aggregates, length = 12, 8

    async def history(aggregate_id: int) -> None:
        for sequence in range(1, length + 1):
            async with uncommitted(engines[sequence % 2], an_event(aggregate_id, sequence)) as session:
                # Some take longer: they commit in another order than their rows were written.
                for _ in range((aggregate_id * 7 + sequence * 3) % 5):
                    await session.execute(text("SELECT 1"))

    async with Replica(engines[0]) as one, Replica(engines[1]) as other:
        await asyncio.gather(*(history(aggregate_id) for aggregate_id in range(aggregates)))
        await eventually(lambda: len(one.seen) >= aggregates * length and len(other.seen) >= aggregates * length)

    assert one.seen == other.seen
    positions = [published.position for published in one.seen]
    assert positions == sorted(set(positions))
    for aggregate_id in range(aggregates):
        sequences = [event.sequence for event in one.events if event.aggregate_id == aggregate_id]
        assert sequences == list(range(1, length + 1))
    for engine in engines:
        await engine.dispose()


async def test_more_than_a_batch_is_published_and_told(
    chassis_engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "_BATCH", 3)
    async with Replica(chassis_engine, idle_s=1000) as replica:
        await written(chassis_engine, *(an_event(1, sequence) for sequence in range(1, 11)))
        replica.relay.wake()
        await eventually(lambda: [event.sequence for event in replica.events] == list(range(1, 11)))


async def test_a_tail_begins_with_what_is_published_after_its_start(chassis_engine: AsyncEngine) -> None:
    await written(chassis_engine, an_event(1))
    await Relay(chassis_engine)._publish()

    async with Replica(chassis_engine) as replica:
        await written(chassis_engine, an_event(2))
        await eventually(lambda: replica.events == [an_event(2)])


async def test_what_the_own_relay_published_is_delivered_without_a_query(chassis_engine: AsyncEngine) -> None:
    async with replica_that_is_told(chassis_engine) as (replica, feed):
        for sequence in range(1, 4):
            await written(chassis_engine, an_event(1, sequence), an_event(2, sequence))
            await replica.relay._publish()
            await eventually(lambda: len(replica.seen) == 2 * sequence)  # noqa: B023

    assert feed.reads == 1
    assert replica.seen == await feed.after(0)


async def test_what_another_replica_published_in_between_comes_first(chassis_engine: AsyncEngine) -> None:
    async with replica_that_is_told(chassis_engine) as (replica, feed):
        await written(chassis_engine, an_event(1))
        await Relay(chassis_engine)._publish()
        await written(chassis_engine, an_event(2))
        await replica.relay._publish()
        await eventually(lambda: replica.events == [an_event(1), an_event(2)])

        await written(chassis_engine, an_event(3))
        await replica.relay._publish()
        await eventually(lambda: replica.events == [an_event(1), an_event(2), an_event(3)])

    assert feed.reads == 2


async def test_a_position_that_nothing_got_holds_nothing_up(chassis_engine: AsyncEngine) -> None:
    async with replica_that_is_told(chassis_engine) as (replica, feed):
        await written(chassis_engine, an_event(1))
        async with chassis_engine.connect() as failing:
            await failing.execute(outbox._PUBLISH, {"batch": 1})
            await failing.rollback()
        await replica.relay._publish()
        await eventually(lambda: replica.events == [an_event(1)])

        await written(chassis_engine, an_event(2))
        await replica.relay._publish()
        await eventually(lambda: replica.events == [an_event(1), an_event(2)])

    assert [published.position for published in replica.seen] == [2, 3]
    assert feed.reads == 2


@pytest.mark.parametrize("looks", ["before", "after"])
async def test_what_is_handed_over_while_the_tail_reads_is_delivered_once(
    chassis_engine: AsyncEngine, looks: str
) -> None:
    """Whether the read has it too or not."""
    async with replica_that_is_told(chassis_engine) as (replica, feed):
        held = feed.may_answer if looks == "before" else feed.may_look
        held.clear()
        await written(chassis_engine, an_event(1))
        await Relay(chassis_engine)._publish()
        await written(chassis_engine, an_event(2))
        await replica.relay._publish()
        await eventually(lambda: feed.looked == 2 if looks == "before" else feed.reads == 2)
        await written(chassis_engine, an_event(3))
        await replica.relay._publish()
        await eventually(lambda: len(replica.tail._handed_over) == 1)
        assert replica.seen == []
        held.set()
        await eventually(lambda: len(replica.seen) >= 3)

    assert replica.events == [an_event(1), an_event(2), an_event(3)]
    assert feed.reads == 2


async def test_what_could_not_be_delivered_is_delivered_later(chassis_engine: AsyncEngine) -> None:
    async with replica_that_is_told(chassis_engine) as (replica, _):
        deliver, failures = replica.tail._dispatch, [RuntimeError("the first delivery fails")]

        def fail_first(events: Sequence[PublishedEvent]) -> None:
            if failures:
                raise failures.pop()
            deliver(events)

        replica.tail._dispatch = fail_first
        await written(chassis_engine, an_event(1))
        await replica.relay._publish()
        await eventually(lambda: not failures)
        await written(chassis_engine, an_event(2))
        await replica.relay._publish()
        await eventually(lambda: len(replica.seen) >= 2)

    assert replica.events == [an_event(1), an_event(2)]


async def test_an_event_of_an_aggregate_exists_once(chassis_engine: AsyncEngine) -> None:
    await written(chassis_engine, an_event(1, 1))

    with pytest.raises(Exception, match="outbox_aggregate_id_sequence_key"):
        await written(chassis_engine, an_event(1, 1))


async def test_a_feed_without_its_database_is_unavailable(postgres: object) -> None:
    nowhere = make_engine("postgresql+asyncpg://nobody@127.0.0.1:1/none", application_name="tests")

    with pytest.raises(Unavailable):
        await Feed(nowhere).last_position()
    with pytest.raises(Unavailable):
        await Feed(nowhere).after(0)
