"""A feed that was restored from a backup: consumers that are ahead of it neither skip new events nor wait."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import make_engine
from chassis.db.migrate import chassis_sql
from chassis.db.tables import OUTBOX
from chassis.events import Event
from deploy.local.postgres import INSTALLATION, EmbeddedPostgres
from inventory_svc.adapters.order_feed import EventBatch, FeedConsumer
from order_svc.adapters.feed import Feed, FeedTail
from order_svc.api.feed import OrderFeedApi
from tests.builders.event import an_event, as_heard
from tests.chassis.conftest import CHANGES
from tests.chassis.db.rows import event_rows, insert_rows
from tests.databases import Postgres
from tests.folders import data_folder
from tests.mesh import serving
from tests.own_server import running
from tests.polling import eventually

KEPT = [an_event(1), an_event(2)]
LOST = [an_event(3), an_event(4)]
# More than were lost, so that a position counted from the backup would pass that of the consumer.
NEW = [an_event(aggregate_id) for aggregate_id in range(5, 10)]


def heard(events: list[Event]) -> list[Event]:
    return [as_heard(event) for event in events]


@dataclass
class Consumer:
    """Keeps its position and what it has taken, whatever happens to the feed."""

    kept: int = 0
    events: list[Event] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    connections: int = 0

    async def position(self) -> int:
        self.connections += 1
        return self.kept

    async def take(self, batch: EventBatch) -> None:
        self.events += [published.event for published in batch.events if published.position > self.kept]
        self.kept = batch.position

    @asynccontextmanager
    async def following(self, engine: AsyncEngine) -> AsyncIterator[None]:
        """Follows the feed of a process of order_svc for the block."""
        feed = Feed(engine)
        api = OrderFeedApi(feed, heartbeat_s=0.05, pace_s=0)
        tail = FeedTail(feed, api.dispatch, idle_s=0.02)
        await tail.start()
        async with serving({"easyorder.internal.order.v1.OrderFeedService": api}) as mesh:
            consumer = FeedConsumer(
                mesh.service("inventory"), self, report=lambda source, error: self.failures.append(error)
            )
            await consumer.start()
            try:
                yield
            finally:
                await consumer.stop()
                await tail.stop()


async def write(engine: AsyncEngine, events: list[Event]) -> None:
    async with engine.begin() as connection:
        await insert_rows(connection, OUTBOX, event_rows(events))


def dump(url: str, *options: str) -> bytes:
    command: list[str | Path] = [INSTALLATION / "bin/pg_dump", *options, _plain(url)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def load(url: str, dumped: bytes) -> None:
    command: list[str | Path] = [INSTALLATION / "bin/psql", "--quiet", "--set=ON_ERROR_STOP=1", _plain(url)]
    subprocess.run(command, check=True, input=dumped, stdout=subprocess.DEVNULL)


def copy(data: Path, backup: Path) -> None:
    # With the owner, because PostgreSQL does not run as root.
    subprocess.run(["cp", "-a", data, backup], check=True)


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


async def catches_up(consumer: Consumer, restored: AsyncEngine, *, when: str) -> None:
    """The consumer follows the restored feed again, and then takes the new events and nothing else."""
    if when == "before the next event":
        async with consumer.following(restored):
            await eventually(lambda: consumer.connections == 2)
            await write(restored, NEW)
            await eventually(lambda: consumer.events == heard(KEPT + LOST + NEW))
    else:
        await write(restored, NEW)
        async with consumer.following(restored):
            await eventually(lambda: consumer.events == heard(KEPT + LOST + NEW))
    assert consumer.failures == []


@pytest.mark.parametrize("when", ["before the next event", "after new events"])
@pytest.mark.parametrize("into", ["another database", "the same database"])
async def test_a_feed_restored_from_a_dump(
    postgres: Postgres, chassis_engine: AsyncEngine, into: str, when: str
) -> None:
    consumer = Consumer()
    url = chassis_engine.url.render_as_string(hide_password=False)
    await write(chassis_engine, KEPT)
    is_other = into == "another database"
    dumped = dump(url, *([] if is_other else ["--clean"]))
    await write(chassis_engine, LOST)
    async with consumer.following(chassis_engine):
        await eventually(lambda: consumer.events == heard(KEPT + LOST))

    other = await postgres.create() if is_other else ""
    restored = make_engine(postgres.url(other) if other else url, application_name="restored")
    load(restored.url.render_as_string(hide_password=False), dumped)
    try:
        await catches_up(consumer, restored, when=when)
    finally:
        await restored.dispose()
        if other:
            await postgres.drop(other)


async def test_a_feed_restored_from_a_copy_of_the_server(driver: str) -> None:
    """The copy has the same databases, files and identifier: only the start of the server is another."""
    consumer = Consumer()
    with data_folder() as folder:
        backup, restored = folder / "backup", EmbeddedPostgres(folder / "restored")
        async with own_server(EmbeddedPostgres(folder / "postgres"), driver) as engine:
            await made(engine)
            await write(engine, KEPT)
        copy(folder / "postgres", backup)
        async with own_server(EmbeddedPostgres(folder / "postgres"), driver) as engine:
            await write(engine, LOST)
            async with consumer.following(engine):
                await eventually(lambda: consumer.events == heard(KEPT + LOST))

        backup.rename(restored.folder)
        async with own_server(restored, driver) as engine:
            await catches_up(consumer, engine, when="after new events")


@asynccontextmanager
async def own_server(server: EmbeddedPostgres, driver: str) -> AsyncIterator[AsyncEngine]:
    async with running(server):
        engine = make_engine(
            make_url(server.url).set(drivername=f"postgresql+{driver}", database="postgres"), application_name="tests"
        )
        yield engine
        await engine.dispose()


async def made(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        for change in CHANGES:
            await connection.execute(text(chassis_sql(change)))


async def test_one_of_many_writers_begins_the_epoch(chassis_engine: AsyncEngine) -> None:
    await write(chassis_engine, KEPT)
    async with chassis_engine.begin() as connection:
        await connection.execute(text("UPDATE outbox_epoch SET server = 'before'"))

    await asyncio.gather(*(write(chassis_engine, [event]) for event in NEW))

    first, *rest = [published.position for published in await Feed(chassis_engine).after(2)]
    assert rest == [first + number for number in range(1, len(NEW))]
    assert 2 < first < 2**48


async def test_an_epoch_that_was_rolled_back_begins_again(chassis_engine: AsyncEngine) -> None:
    await write(chassis_engine, KEPT)
    async with chassis_engine.begin() as connection:
        await connection.execute(text("UPDATE outbox_epoch SET server = 'before'"))
    async with chassis_engine.connect() as connection:
        await insert_rows(connection, OUTBOX, event_rows(LOST))
        await connection.rollback()

    await write(chassis_engine, NEW)
    await write(chassis_engine, LOST)

    events = await Feed(chassis_engine).after(2)
    assert [published.event for published in events] == NEW + LOST


async def test_a_log_that_is_ahead_of_the_clock_goes_on(chassis_engine: AsyncEngine) -> None:
    async with chassis_engine.begin() as connection:
        await connection.execute(text(f"SELECT setval('outbox_position', {2**47})"))
        await connection.execute(text("UPDATE outbox_epoch SET server = 'before'"))

    await write(chassis_engine, NEW[:1])

    assert [published.position for published in await Feed(chassis_engine).after(0)] == [2**47 + 1]
