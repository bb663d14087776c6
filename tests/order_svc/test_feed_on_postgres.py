"""Outbox and feed: every event once, in the same order for all readers, regardless of the order of commits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from chassis.db.engine import make_engine, make_sessions
from chassis.db.tables import OUTBOX
from chassis.errors import Unavailable
from chassis.events import Event, PublishedEvent
from order_svc.adapters import feed as order_feed
from order_svc.adapters.feed import Feed, FeedTail
from order_svc.domain.feed import EventFeed, EventsPurged, FeedEnd
from tests.builders.event import an_event
from tests.chassis.db.rows import event_rows, insert_rows
from tests.fakes.feed import InMemoryFeed
from tests.polling import eventually


class FeedBench:
    """A feed, and how events get into it."""

    def __init__(self, feed: EventFeed, publish: Callable[[Sequence[Event]], object]) -> None:
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


class CountedFeed(Feed):
    """Counts how often it is asked."""

    looks = 0

    async def end(self) -> FeedEnd:
        self.looks += 1
        return await super().end()


class Replica:
    """A process with a tail of its own."""

    def __init__(self, engine: AsyncEngine, *, idle_s: float = 0.01) -> None:
        self.seen: list[PublishedEvent] = []
        self.feed = CountedFeed(engine)
        self.tail = FeedTail(self.feed, self._deliver, idle_s=idle_s, pace_s=0.001)

    async def __aenter__(self) -> Replica:
        await self.tail.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.tail.stop()

    @property
    def looks(self) -> int:
        return self.feed.looks

    @property
    def events(self) -> list[Event]:
        return [published.event for published in self.seen]

    def _deliver(self, events: Sequence[PublishedEvent]) -> None:
        self.seen += events


async def test_a_feed_gives_events_back_as_they_were(bench: FeedBench) -> None:
    assert await bench.feed.end() == FeedEnd()
    odd = "\\x00ä'\"\\\0".encode()
    events = [replace(an_event(1, 1), content=odd), an_event(2, 1), an_event(1, 2)]
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
    assert (await bench.feed.end()).decided == rest[-1].position
    assert await bench.feed.after(rest[-1].position) == []


async def test_what_was_not_committed_is_never_in_the_feed(chassis_engine: AsyncEngine) -> None:
    async with make_sessions(chassis_engine)() as session:
        await insert_rows(session, OUTBOX, event_rows([an_event(1)]))
    await written(chassis_engine, an_event(2))

    (published,) = await Feed(chassis_engine).after(0)
    assert (published.position, published.event) == (2, an_event(2))


async def test_an_event_waits_for_the_writers_before_it(chassis_engine: AsyncEngine) -> None:
    feed = Feed(chassis_engine)
    async with uncommitted(chassis_engine, an_event(1)):
        await written(chassis_engine, an_event(2))
        assert await feed.end() == FeedEnd(first=2, decided=0, written=2, pending=2)
        assert await feed.after(0) == []
        # The order itself shows it already.
        assert [published.event for published in await feed.of_aggregate(2, after_sequence=0)] == [an_event(2)]

    assert await feed.end() == FeedEnd(first=1, decided=2, written=2)
    assert [published.event.aggregate_id for published in await feed.after(0)] == [1, 2]


async def test_a_writer_that_comes_later_holds_nothing_before_it_up(chassis_engine: AsyncEngine) -> None:
    await written(chassis_engine, an_event(1))
    async with uncommitted(chassis_engine, an_event(2)):
        assert [published.event for published in await Feed(chassis_engine).after(0)] == [an_event(1)]


async def test_a_transaction_holds_one_lock_however_often_it_writes(chassis_engine: AsyncEngine) -> None:
    async with uncommitted(chassis_engine, an_event(1, 1)) as session:
        for sequence in range(2, 6):
            await insert_rows(session, OUTBOX, event_rows([an_event(1, sequence)]))
        assert await locks(chassis_engine) == 1
    assert await locks(chassis_engine) == 0


async def test_what_a_savepoint_took_back_holds_up_what_comes_after_it(chassis_engine: AsyncEngine) -> None:
    """The lock goes with the savepoint, and the next write of the transaction takes one of its own."""
    async with make_sessions(chassis_engine)() as session:
        async with session.begin_nested() as savepoint:
            await insert_rows(session, OUTBOX, event_rows([an_event(1)]))
            await savepoint.rollback()
        await insert_rows(session, OUTBOX, event_rows([an_event(2)]))
        await written(chassis_engine, an_event(3))
        assert await Feed(chassis_engine).after(0) == []
        await session.commit()

    assert [published.event.aggregate_id for published in await Feed(chassis_engine).after(0)] == [2, 3]


async def locks(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        held = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
        return int(await connection.scalar(held) or 0)


async def test_a_number_that_nobody_committed_is_no_end(chassis_engine: AsyncEngine) -> None:
    """After a crash of the server it may be given again, and a reader that went on from there would miss that."""
    await written(chassis_engine, an_event(1))
    async with make_sessions(chassis_engine)() as session:
        await insert_rows(session, OUTBOX, event_rows([an_event(2)]))

    assert await Feed(chassis_engine).end() == FeedEnd(first=1, decided=1, written=2)


async def test_a_writer_that_locks_an_old_number_late_loses_nothing(chassis_engine: AsyncEngine) -> None:
    """It read the last position, and took its lock after others had gone on and readers had seen them."""
    async with Replica(chassis_engine) as replica:
        await written(chassis_engine, an_event(1))
        await eventually(lambda: replica.events == [an_event(1)])
        async with make_sessions(chassis_engine)() as late:
            await late.execute(text("SELECT pg_advisory_xact_lock_shared(CAST(17743 AS bigint) << 48)"))
            # So that the trigger takes no other lock.
            await late.execute(
                text("SELECT set_config('easyorder.outbox_writer', CAST(pg_current_xact_id() AS text), true)")
            )
            await insert_rows(late, OUTBOX, event_rows([an_event(2)]))
            await written(chassis_engine, an_event(3))
            assert (await replica.feed.end()).decided == 0
            await late.commit()
        await eventually(lambda: len(replica.seen) == 3)

    assert [event.aggregate_id for event in replica.events] == [1, 2, 3]


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


async def test_nothing_is_lost_doubled_or_out_of_order_in_a_rush(chassis_engine: AsyncEngine) -> None:
    """Writers that take long, roll back, savepoints too; readers that start again and again."""
    pool = make_engine(chassis_engine.url, application_name="writers", pool_size=30)
    random, aggregates, length = Random(20), range(25), 15

    async def written_at_last(aggregate_id: int, sequence: int) -> bool:
        async with make_sessions(pool)() as session:
            await session.execute(text("SELECT pg_sleep(:s)"), {"s": random.choice([0, 0.002])})
            savepoint = await session.begin_nested()
            await insert_rows(session, OUTBOX, event_rows([an_event(aggregate_id, sequence)]))
            if random.random() < 0.3:
                await savepoint.rollback()
                await insert_rows(session, OUTBOX, event_rows([an_event(aggregate_id, sequence)]))
            await session.execute(text("SELECT pg_sleep(:s)"), {"s": random.choice([0, 0, 0.01, 0.05])})
            if is_kept := random.random() < 0.8:
                await session.commit()
            return is_kept

    async def write(aggregate_id: int) -> None:
        for sequence in range(1, length + 1):
            while not await written_at_last(aggregate_id, sequence):
                pass

    async def read(seen: list[PublishedEvent]) -> None:
        """Each round is a new reader: it knows its position and nothing else."""
        while page := await Feed(pool).after(seen[-1].position if seen else 0, limit=random.choice([1, 7, 100])):
            seen += page

    async def read_on(seen: list[PublishedEvent]) -> None:
        while not writing.done():
            await read(seen)
        await read(seen)

    readers: list[list[PublishedEvent]] = [[], [], []]
    writing = asyncio.gather(*map(write, aggregates))
    await asyncio.gather(writing, *map(read_on, readers))
    await pool.dispose()

    assert readers[0] == readers[1] == readers[2]
    assert [published.position for published in readers[0]] == sorted({seen.position for seen in readers[0]})
    assert len(readers[0]) == len(aggregates) * length
    for aggregate_id in aggregates:
        events = [published.event for published in readers[0] if published.event.aggregate_id == aggregate_id]
        assert [event.sequence for event in events] == list(range(1, length + 1))


async def test_more_than_a_batch_is_delivered(chassis_engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_feed, "_BATCH", 3)
    async with Replica(chassis_engine, idle_s=1000) as replica:
        await written(chassis_engine, *(an_event(1, sequence) for sequence in range(1, 11)))
        replica.tail.wake()
        await eventually(lambda: [event.sequence for event in replica.events] == list(range(1, 11)))


async def test_a_tail_begins_with_what_comes_after_its_start(chassis_engine: AsyncEngine) -> None:
    await written(chassis_engine, an_event(1))

    async with Replica(chassis_engine) as replica:
        await written(chassis_engine, an_event(2))
        await eventually(lambda: replica.events == [an_event(2)])


async def test_a_writer_that_is_open_is_looked_for_again(chassis_engine: AsyncEngine) -> None:
    """Nobody else wakes the tail when it commits."""
    async with Replica(chassis_engine, idle_s=1000) as replica:
        async with uncommitted(chassis_engine, an_event(1)):
            await written(chassis_engine, an_event(2))
            replica.tail.wake()
            looked = replica.looks
            await eventually(lambda: replica.looks > looked + 1)
            assert replica.seen == []
        await eventually(lambda: replica.events == [an_event(1), an_event(2)])


async def test_what_could_not_be_delivered_is_delivered_later(chassis_engine: AsyncEngine) -> None:
    async with Replica(chassis_engine) as replica:
        deliver, failures = replica.tail._dispatch, [RuntimeError("the first delivery fails")]

        def fail_first(events: Sequence[PublishedEvent]) -> None:
            if failures:
                raise failures.pop()
            deliver(events)

        replica.tail._dispatch = fail_first
        await written(chassis_engine, an_event(1))
        await eventually(lambda: not failures)
        await written(chassis_engine, an_event(2))
        await eventually(lambda: len(replica.seen) >= 2)

    assert replica.events == [an_event(1), an_event(2)]


async def test_an_event_of_an_aggregate_exists_once(chassis_engine: AsyncEngine) -> None:
    await written(chassis_engine, an_event(1, 1))

    with pytest.raises(Exception, match="outbox_aggregate_id_sequence_key"):
        await written(chassis_engine, an_event(1, 1))


async def test_a_feed_without_its_database_is_unavailable(postgres: object) -> None:
    nowhere = make_engine("postgresql+asyncpg://nobody@127.0.0.1:1/none", application_name="tests")

    with pytest.raises(Unavailable):
        await Feed(nowhere).end()
    with pytest.raises(Unavailable):
        await Feed(nowhere).after(0)


async def kept(engine: AsyncEngine) -> list[int]:
    return [published.position for published in await Feed(engine).after(0)]


async def aged(engine: AsyncEngine, count: int) -> Feed:
    """A feed of old events, and one that is new."""
    await written(engine, *(an_event(1, sequence) for sequence in range(1, count + 2)))
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE outbox SET occurred_on = now() - interval '2 days'"))
        await connection.execute(
            text("UPDATE outbox SET occurred_on = now() WHERE position = (SELECT max(position) FROM outbox)")
        )
    return Feed(engine)


async def test_events_are_purged_by_age_in_batches(
    chassis_engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order_feed, "_BATCH", 2)
    feed = await aged(chassis_engine, 5)
    await feed.purge(older_than=timedelta(days=3))
    assert (await feed.end()).first == 1

    await feed.purge(older_than=timedelta(days=1))

    assert await kept(chassis_engine) == [6]
    with pytest.raises(EventsPurged):
        (await feed.end()).check(5, "afterPosition")
    for resumes in (0, 6):
        (await feed.end()).check(resumes, "afterPosition")


async def test_the_last_event_is_never_purged(chassis_engine: AsyncEngine) -> None:
    feed = await aged(chassis_engine, 2)
    await feed.purge(older_than=timedelta())

    assert await kept(chassis_engine) == [3]
    assert (await feed.end()).decided == 3


async def test_nothing_is_purged_that_the_slowest_consumer_lacks(chassis_engine: AsyncEngine) -> None:
    feed = await aged(chassis_engine, 9)
    await feed.seen_by("quick", 8)
    await feed.seen_by("slow", 1)
    await feed.seen_by("slow", 4)

    await feed.purge(older_than=timedelta(days=1))

    assert await kept(chassis_engine) == list(range(4, 11))
    (await feed.end()).check(4, "afterPosition")


async def test_the_purge_ends_at_an_event_of_a_clock_that_was_ahead(
    chassis_engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order_feed, "_BATCH", 2)
    feed = await aged(chassis_engine, 9)
    async with chassis_engine.begin() as connection:
        await connection.execute(text("UPDATE outbox SET occurred_on = now() - interval '1 hour' WHERE position = 4"))

    await feed.purge(older_than=timedelta(days=1))

    assert await kept(chassis_engine) == list(range(4, 11))
    with pytest.raises(EventsPurged):
        (await feed.end()).check(3, "afterPosition")
