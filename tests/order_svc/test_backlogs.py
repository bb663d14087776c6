"""Each background reader drains a long backlog, while orders add to it, much faster than they do.

While a snapshot is held open, as by a nightly dump, and without the planner's switches: with statistics that are fresh,
that saw an empty table, or that are missing.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from time import perf_counter
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import make_engine
from chassis.db.jobs import SqlJobStore
from chassis.db.projector import Projector
from chassis.events import PublishedEvent
from chassis.job_runner import JobRunner
from chassis.jobs import Backoff, Job, JobOutcome, JobResult
from chassis.settings import MeshSettings
from ops.api import purge
from ops.audit_checkpoints import write_checkpoints
from order_svc.adapters import feed as order_feed
from order_svc.adapters.feed import Feed, FeedTail
from order_svc.projections import PROJECTED
from tests.conftest import DatabasesOf
from tests.mesh import SECRET
from tests.polling import eventually, keeping_pace

RATE = 5_000
# What orders add meanwhile.
ADDED_PER_S = 400
OLD = "now() - interval '1000 days'"
FILL = {
    "change_log": """
        WITH made AS (
            INSERT INTO orders (id, status, currency, placed_at, cancel_reason, sequence, revision,
                supplementary_hold_id, created_on, created_by, modified_on, modified_by)
            SELECT n, 'PAID', 'USD', now(), '', 3, 1, 0, now(), 'u', now(), 'u'
            FROM generate_series({first}, {last}) AS n RETURNING id
        )
        INSERT INTO change_log (xact_id, entity, entity_id, owner, actor)
        SELECT CAST(CAST(1000 + id / 8 AS text) AS xid8), 'orders', id, 'u-' || id % 1000, 'u-' || id % 1000
        FROM made""",
    "outbox": f"""
        INSERT INTO outbox (kind, aggregate_id, sequence, owner, occurred_on, payload)
        SELECT 'order_created', n, 1, 'ann', {OLD}, convert_to(repeat('x', 600), 'UTF8')
        FROM generate_series({{first}}, {{last}}) AS n""",
    "job": """
        INSERT INTO job (id, kind, key, payload, state, attempts, due_at)
        SELECT n, 'charge', n, '{{"order_id": 1}}', 'READY', 0, now() - interval '1 h' + interval '1 ms' * n
        FROM generate_series({first}, {last}) AS n""",
    "job done": f"""
        INSERT INTO job (id, kind, key, payload, state, attempts, due_at)
        SELECT n, 'charge', n, '{{{{"order_id": 1}}}}', 'DONE', 1, {OLD} + interval '1 ms' * n
        FROM generate_series({{first}}, {{last}}) AS n""",
    "idempotency_key": f"""
        INSERT INTO idempotency_key (id, fingerprint, answer, created_on)
        SELECT n, 'f', 'answer', {OLD} + interval '1 ms' * n FROM generate_series({{first}}, {{last}}) AS n""",
    "recorded_error": f"""
        INSERT INTO recorded_error (time, source, actor, kind, message, detail, correlation_id)
        SELECT {OLD} + interval '1 ms' * n, n, '', '', '', '', '' FROM generate_series({{first}}, {{last}}) AS n""",
    "audit_entry": f"""
        INSERT INTO audit_entry (time, actor, action, resource, outcome, correlation_id)
        SELECT {OLD} + interval '1 ms' * n, '', '', n, '', '' FROM generate_series({{first}}, {{last}}) AS n""",
}


@dataclass
class Backlogs:
    write: AsyncEngine
    read: AsyncEngine
    filled: int = 0
    growing: bool = False

    async def fill(self, what: str, rows: int, *, statistics: str = "missing") -> None:
        table = what.split()[0]
        if table == "change_log":
            # Changes of many transactions, not of this one.
            await self.execute("ALTER TABLE orders DISABLE TRIGGER USER")
        if statistics == "stale":
            await self.execute(f"ANALYZE {table}")
        await self.execute(FILL[what].format(first=self.filled + 1, last=self.filled + rows))
        self.filled += rows
        if table == "audit_entry":
            await write_checkpoints(self.write, SECRET)
        if statistics == "fresh":
            await self.execute(f"ANALYZE {table}")

    async def grow(self, what: str, *, seconds: int) -> None:
        """Adds rows as orders do."""
        self.growing, began = True, asyncio.get_running_loop().time()
        for tenth in range(10 * seconds):
            await keeping_pace(began + tenth / 10)
            await self.fill(what, ADDED_PER_S // 10)
        self.growing = False

    async def execute(self, statement: str) -> None:
        async with self.write.begin() as connection:
            await connection.execute(text(statement))

    async def count(self, condition: str) -> int:
        async with self.write.connect() as connection:
            return int(await connection.scalar(text(f"SELECT count(*) FROM {condition}")) or 0)

    async def blocks(self, statement: str, **parameters: Any) -> int:
        """How many blocks a statement looks at; it changes nothing."""
        async with self.write.connect() as connection:
            explained = text(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}")
            for _ in range(2):  # at first, the function's plans are made
                explanation = await connection.scalar(explained, parameters)
                await connection.rollback()
        # ODBC has JSON as text.
        (plan,) = json.loads(explanation) if isinstance(explanation, str) else explanation
        return int(plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"])


@pytest.fixture
async def backlogs(databases_of: DatabasesOf) -> AsyncIterator[Backlogs]:
    urls = await databases_of("order_svc")
    write, read = (make_engine(urls[f"easyorder_order_{side}"], application_name="tests") for side in ("write", "read"))
    for engine in (write, read):
        event.listen(engine.sync_engine, "connect", _plan_as_usual)
    async with _snapshot(urls["easyorder_order_write"]):
        yield Backlogs(write, read)
    for engine in (write, read):
        await engine.dispose()


def _plan_as_usual(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for name in ("seqscan", "hashjoin", "mergejoin"):
        cursor.execute(f"SET enable_{name} = on")
    cursor.close()
    connection.commit()


@asynccontextmanager
async def _snapshot(url: str) -> AsyncIterator[None]:
    engine = make_engine(url, application_name="dump", pool_size=1)
    async with engine.connect() as connection:
        await connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        await connection.execute(text("SELECT 1"))
        yield
    await engine.dispose()


async def drain_changes(of: Backlogs) -> None:
    projector = Projector(of.write, of.read, PROJECTED)
    await projector.start()
    await eventually(lambda: _none(of, "change_log"), timeout_s=60)
    await projector.stop()


async def drain_feed(of: Backlogs) -> None:
    seen = 0

    def dispatch(events: Sequence[PublishedEvent]) -> None:
        nonlocal seen
        seen += len(events)

    feed = Feed(of.write)
    tail = FeedTail(feed, dispatch)
    await tail.start()
    tail._position = 0
    tail.wake()
    await eventually(lambda: not of.growing and seen == of.filled, timeout_s=60)
    await tail.stop()


async def drain_jobs(of: Backlogs) -> None:
    async def handler(job: Job) -> JobResult:
        return JobResult()

    async def dead_letter(job: Job, error: str) -> None:
        raise AssertionError(error)

    backoff = Backoff(initial_s=1, max_s=1, max_attempts=1, random=Random(1))
    runner = JobRunner(
        SqlJobStore(of.write), {"charge": handler}, backoff=backoff, dead_letter=dead_letter, service="order"
    )
    await runner.start()
    await eventually(lambda: _none(of, "job WHERE state = 'READY'"), timeout_s=60)
    await runner.stop()
    assert await of.count("job WHERE state = 'DONE'") == of.filled


async def purge_rows(of: Backlogs) -> None:
    await purge(of.write, MeshSettings(mesh_secret=SecretStr(SECRET)))
    for table in ("job", "recorded_error", "audit_entry", "idempotency_key WHERE answer <> ''"):
        assert await of.count(table) == 0


async def purge_events(of: Backlogs) -> None:
    await Feed(of.write).seen_by("service:inventory", of.filled)
    await Feed(of.write).purge(older_than=timedelta(days=1))
    assert await of.count("outbox") == 1


async def _none(of: Backlogs, condition: str) -> bool:
    return not of.growing and await of.count(f"(SELECT FROM {condition} LIMIT 1) AS found") == 0


DRAINS: dict[str, tuple[str, Callable[[Backlogs], Awaitable[None]]]] = {
    "projector": ("change_log", drain_changes),
    "feed": ("outbox", drain_feed),
    "jobs": ("job", drain_jobs),
    "purge of jobs": ("job done", purge_rows),
    "purge of keys": ("idempotency_key", purge_rows),
    "purge of errors": ("recorded_error", purge_rows),
    "purge of audit entries": ("audit_entry", purge_rows),
    "purge of events": ("outbox", purge_events),
}


@pytest.mark.load
@pytest.mark.parametrize("statistics", ["fresh", "stale", "missing"])
@pytest.mark.parametrize("reader", DRAINS)
async def test_a_long_backlog_is_drained(backlogs: Backlogs, reader: str, statistics: str) -> None:
    what, drain = DRAINS[reader]
    for rows in (100_000, 100_000):
        await backlogs.fill(what, rows, statistics=statistics)
        began = perf_counter()
        # A purge takes only what is old.
        async with asyncio.TaskGroup() as tasks:
            if not reader.startswith("purge"):
                tasks.create_task(backlogs.grow(what, seconds=1))
            await drain(backlogs)
        print(f"{reader}, {statistics}: {rows / (perf_counter() - began):.0f}/s")
        assert rows / (perf_counter() - began) > RATE


@pytest.mark.parametrize("reader", DRAINS)
async def test_a_backlog_is_drained(backlogs: Backlogs, reader: str) -> None:
    what, drain = DRAINS[reader]
    await backlogs.fill(what, 5_000)
    await drain(backlogs)


CLAIM = "SELECT * FROM claim_jobs('[\"charge\"]', 256, CAST(CAST(:since AS text) AS timestamptz), 20, 'token')"


async def test_what_left_the_log_is_not_passed_again(backlogs: Backlogs) -> None:
    await backlogs.fill("change_log", 10_000)
    projector = Projector(backlogs.write, backlogs.read, PROJECTED)
    while await projector.project():
        pass
    await projector.project()

    take = projector.take.text
    assert await backlogs.blocks(take, after=0, batch=1000) > 100
    assert await backlogs.blocks(take, after=projector._after, batch=1000) < 50


async def test_jobs_that_ran_are_not_passed_again(backlogs: Backlogs) -> None:
    await backlogs.fill("job", 10_000)
    store = SqlJobStore(backlogs.write)
    while jobs := await store.claim(["charge"], limit=1000, lease_s=20):
        await store.settle([JobOutcome(job.lease) for job in jobs])

    # Of the last minute, they are.
    assert await backlogs.blocks(CLAIM, since=store._since) < await backlogs.blocks(CLAIM, since="-infinity") / 2


@pytest.mark.parametrize(
    ("what", "function"),
    [
        ("job done", "purge_jobs"),
        ("idempotency_key", "purge_responses"),
        ("recorded_error", "purge_errors"),
        ("audit_entry", "purge_audit"),
    ],
)
async def test_each_batch_of_a_purge_begins_where_the_last_one_ended(
    backlogs: Backlogs, what: str, function: str
) -> None:
    await backlogs.fill(what, 5_000)
    statement = f"SELECT * FROM {function}(0, 1000, CAST(CAST(:since AS text) AS timestamptz))"
    first = await backlogs.blocks(statement, since="-infinity")
    since, asked = "-infinity", text(statement)
    for _ in range(4):
        async with backlogs.write.begin() as connection:
            purged, upto = (await connection.execute(asked, {"since": since})).one()
        assert purged == 1000
        since = str(upto)

    assert await backlogs.blocks(statement, since=since) < 1.3 * first


async def test_purged_events_are_not_passed_again(backlogs: Backlogs) -> None:
    await backlogs.fill("outbox", 10_000)
    await Feed(backlogs.write).seen_by("service:inventory", 10_000)
    end, purge_some = "SELECT first FROM outbox_end()", order_feed._PURGE.text
    before, first = await backlogs.blocks(end), await backlogs.blocks(purge_some, batch=1000, age_s=0)
    await Feed(backlogs.write).purge(older_than=timedelta(days=1))
    await backlogs.fill("outbox", 1_000)
    await Feed(backlogs.write).seen_by("service:inventory", 11_000)

    assert await backlogs.blocks(end) < before + 10
    assert await backlogs.blocks(purge_some, batch=1000, age_s=0) < 1.3 * first
    assert (await Feed(backlogs.write).end()).first == 10_000


async def test_one_replica_purges_events_at_a_time(backlogs: Backlogs) -> None:
    await backlogs.fill("outbox", 10)
    await Feed(backlogs.write).seen_by("service:inventory", 10)
    async with backlogs.write.begin() as other:
        await other.execute(text("SELECT position FROM outbox_start FOR UPDATE"))
        await Feed(backlogs.write).purge(older_than=timedelta(days=1))
        assert await backlogs.count("outbox") == 10

    await Feed(backlogs.write).purge(older_than=timedelta(days=1))
    assert await backlogs.count("outbox") == 1


async def test_one_replica_purges_at_a_time(backlogs: Backlogs) -> None:
    await backlogs.fill("job done", 10)
    async with backlogs.write.begin() as other:
        await other.execute(text("SELECT purged FROM purge_jobs(0, 1, '-infinity')"))
        await purge(backlogs.write, MeshSettings(mesh_secret=SecretStr(SECRET)))
    assert await backlogs.count("job") == 9

    await purge(backlogs.write, MeshSettings(mesh_secret=SecretStr(SECRET)))
    assert await backlogs.count("job") == 0
