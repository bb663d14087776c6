"""The inbox: events take effect once and in order for each aggregate; a poison event blocks no other aggregate."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.alerts import Alerts, DeadLetters
from chassis.context import current
from chassis.db.engine import make_sessions
from chassis.db.hilo import HiLo
from chassis.db.jobs import JobWriter, SqlJobStore
from chassis.db.tables import JOB
from chassis.db.unit_of_work import SqlUnitOfWork, sql_units_of_work
from chassis.errors import Conflict, Unavailable
from chassis.events import PublishedEvent
from chassis.job_runner import JobRunner
from chassis.jobs import Backoff
from inventory_svc.adapters.inbox import Inbox
from inventory_svc.adapters.order_feed import EventBatch, StaleOffset
from tests.builders.event import an_event, as_heard
from tests.fakes.chassis import FakeClock
from tests.polling import eventually

KIND = "event:notes"


def an_event_at(position: int, aggregate_id: int = 1, sequence: int = 1) -> PublishedEvent:
    return PublishedEvent(position=position, event=as_heard(an_event(aggregate_id, sequence)))


def a_batch(*events: PublishedEvent, after: int = 0, position: int | None = None) -> EventBatch:
    return EventBatch(events=events, after=after, position=position or events[-1].position)


@dataclass
class Consumer:
    """Writes a note for each event; `poison` fails for the aggregate and sequence given, as long as it is there."""

    engine: AsyncEngine
    poison: dict[tuple[int, int], Exception] = field(default_factory=dict)
    reported: list[Exception] = field(default_factory=list)
    transactions: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.open_uow = sql_units_of_work(
            SqlUnitOfWork,
            make_sessions(self.engine),
            jobs=JobWriter(HiLo(self.engine, "job_hilo")),
        )
        self.inbox = self.another_inbox()

    def another_inbox(self) -> Inbox[SqlUnitOfWork]:
        """As in another replica."""
        return Inbox(
            "notes",
            self.take_notes,
            self.open_uow,
            service="notes",
            first_retry_s=0.01,
            report=lambda source, error: self.reported.append(error),
        )

    async def take_notes(self, events: Sequence[PublishedEvent], uow: SqlUnitOfWork) -> None:
        self.transactions[current().caller.id] += 1
        for published in events:
            event = published.event
            await uow.session.execute(
                text("INSERT INTO note (aggregate_id, sequence) VALUES (:aggregate_id, :sequence)"),
                {"aggregate_id": event.aggregate_id, "sequence": event.sequence},
            )
            if error := self.poison.get((event.aggregate_id, event.sequence)):
                raise error

    async def notes(self) -> list[tuple[int, int]]:
        async with self.engine.connect() as connection:
            rows = await connection.execute(text("SELECT aggregate_id, sequence FROM note ORDER BY id"))
            return [(row.aggregate_id, row.sequence) for row in rows]

    async def jobs(self) -> dict[str, str]:
        async with self.engine.connect() as connection:
            rows = await connection.execute(select(JOB).where(JOB.c.kind == KIND))
            return {row.key: row.state for row in rows}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Runs the jobs of events that failed, twice at most."""
        backoff = Backoff(initial_s=0.01, max_s=0.02, max_attempts=2, random=Random(1))
        runner = JobRunner(
            SqlJobStore(self.engine),
            {KIND: self.inbox.run_again},
            backoff=backoff,
            service="notes",
            tick_s=0.02,
            dead_letter=DeadLetters(self.open_uow, Alerts("", {}), FakeClock()),
        )
        await runner.start()
        try:
            yield
        finally:
            await runner.stop()


@pytest.fixture
async def consumer(chassis_engine: AsyncEngine) -> Consumer:
    async with chassis_engine.begin() as connection:
        await connection.execute(
            text(
                "CREATE TABLE note (id bigint GENERATED ALWAYS AS IDENTITY, aggregate_id bigint, sequence bigint, "
                "PRIMARY KEY (aggregate_id, sequence))"
            )
        )
    return Consumer(chassis_engine)


async def test_a_batch_takes_effect_in_one_transaction_and_the_position_moves_with_it(consumer: Consumer) -> None:
    assert await consumer.inbox.position() == 0
    await consumer.inbox.take(a_batch(an_event_at(3, 1), an_event_at(5, 2), position=9))

    assert await consumer.notes() == [(1, 1), (2, 1)]
    assert await consumer.inbox.position() == 9
    assert consumer.transactions == {"service:notes": 1}


@pytest.mark.parametrize("run", range(int(os.environ.get("EASYORDER_TEST_CRASH_RUNS", "1"))))
async def test_a_crash_between_the_effect_and_the_position_leaves_neither(
    consumer: Consumer, tmp_path: Path, run: int
) -> None:
    environment = os.environ | {
        "EASYORDER_FAILPOINT": "event_handled_not_in_inbox:1",
        "PYTHONPATH": os.pathsep.join(sys.path),
        "EASYORDER_DATA_DIR": str(tmp_path),
    }

    async def take() -> int:
        url = consumer.engine.url.render_as_string(hide_password=False)
        command = [sys.executable, "-m", "tests.inventory_svc.inbox_process", url]
        return await (await asyncio.create_subprocess_exec(*command, env=environment)).wait()

    assert await take() == -signal.SIGKILL
    assert (await consumer.notes(), await consumer.inbox.position()) == ([], 0)

    assert await take() == 0
    assert (await consumer.notes(), await consumer.inbox.position()) == ([(1, 1), (2, 1), (1, 2)], 9)


async def test_a_batch_without_events_only_moves_the_position(consumer: Consumer) -> None:
    await consumer.inbox.take(a_batch(position=9))

    assert await consumer.inbox.position() == 9
    assert consumer.transactions == {}


async def test_what_comes_again_takes_no_effect_again(consumer: Consumer) -> None:
    batch = a_batch(an_event_at(3, 1), an_event_at(5, 2))
    await consumer.inbox.take(batch)
    await consumer.inbox.take(batch)
    await consumer.inbox.take(a_batch(an_event_at(5, 2), an_event_at(6, 3), after=4))

    assert await consumer.notes() == [(1, 1), (2, 1), (3, 1)]
    assert consumer.transactions["service:notes"] == 2


async def test_replicas_that_get_the_same_take_it_once(consumer: Consumer) -> None:
    batches = [a_batch(an_event_at(n, n), after=n - 1) for n in range(1, 9)]

    async def replica() -> None:
        inbox = consumer.another_inbox()
        for batch in batches:
            await inbox.take(batch)

    await asyncio.gather(*(replica() for _ in range(3)))

    assert await consumer.notes() == [(n, 1) for n in range(1, 9)]
    assert consumer.transactions["service:notes"] == 8


async def test_a_gap_is_never_taken(consumer: Consumer) -> None:
    with pytest.raises(StaleOffset):
        await consumer.inbox.take(a_batch(an_event_at(7), after=5))

    assert await consumer.notes() == []
    assert await consumer.inbox.position() == 0


async def test_a_poison_event_stops_neither_other_aggregates_nor_later_batches(consumer: Consumer) -> None:
    consumer.poison[2, 1] = ValueError("poison")
    await consumer.inbox.take(a_batch(*(an_event_at(n, n) for n in range(1, 6))))
    await consumer.inbox.take(a_batch(an_event_at(6, 6), after=5))

    assert await consumer.notes() == [(1, 1), (3, 1), (4, 1), (5, 1), (6, 1)]
    assert await consumer.inbox.position() == 6
    assert await consumer.jobs() == {"2/1": "READY"}
    assert [str(error) for error in consumer.reported] == ["poison"]


async def test_later_events_of_its_aggregate_wait_in_order_until_it_worked(consumer: Consumer) -> None:
    consumer.poison[1, 1] = ValueError("poison")
    await consumer.inbox.take(a_batch(an_event_at(1, 1, 1), an_event_at(2, 1, 2)))
    await consumer.inbox.take(a_batch(an_event_at(3, 1, 3), an_event_at(4, 2, 1), after=2))
    assert await consumer.notes() == [(2, 1)]

    consumer.poison.clear()
    async with consumer.running():
        await eventually(lambda: notes_are(consumer, [(2, 1), (1, 1), (1, 2), (1, 3)]))
    await consumer.inbox.take(a_batch(an_event_at(5, 1, 4), after=4))

    assert (await consumer.notes())[-1] == (1, 4)
    assert set((await consumer.jobs()).values()) == {"DONE"}


async def test_after_its_last_attempt_it_is_dead_and_its_aggregate_goes_on(consumer: Consumer) -> None:
    consumer.poison[1, 1] = ValueError("poison")
    async with consumer.running():
        await consumer.inbox.take(a_batch(an_event_at(1, 1, 1), an_event_at(2, 1, 2)))
        await eventually(lambda: notes_are(consumer, [(1, 2)]))
    await consumer.inbox.take(a_batch(an_event_at(3, 1, 3), after=2))

    assert await consumer.jobs() == {"1/1": "DEAD", "1/2": "DONE"}
    assert await consumer.notes() == [(1, 2), (1, 3)]


async def test_a_database_that_is_away_is_no_fault_of_the_events(consumer: Consumer) -> None:
    consumer.poison[1, 1] = Unavailable("the database is away")
    with pytest.raises(Unavailable):
        await consumer.inbox.take(a_batch(an_event_at(1, 1), an_event_at(2, 2)))

    assert await consumer.notes() == []
    assert await consumer.jobs() == {}
    assert await consumer.inbox.position() == 0


async def test_a_conflict_is_tried_again_and_one_that_stays_counts_as_poison(consumer: Consumer) -> None:
    consumer.poison[1, 1] = Conflict("always")
    await consumer.inbox.take(a_batch(an_event_at(1, 1)))

    assert consumer.transactions["service:notes"] == 5
    assert await consumer.jobs() == {"1/1": "READY"}


async def notes_are(consumer: Consumer, notes: list[tuple[int, int]]) -> bool:
    return await consumer.notes() == notes
