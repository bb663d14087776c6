"""Queries go to a replica that has all that was committed before them, and else to the primary, without an error."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Executable, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs

from chassis.db.engine import make_engine
from chassis.db.failures import translated
from chassis.errors import Conflict, Unavailable
from order_svc.config import OrderSettings
from read_replica.reads import ReplicaReads, rows_of, sessions_of
from tests.databases import Postgres
from tests.polling import eventually

NAME = text("SELECT current_setting('application_name')")


@dataclass
class FakeReplica:
    """Connections to the primary's server, whose answer to how far the replica is, is the test's."""

    primary: AsyncEngine
    answers: list[bool | BaseException] = field(default_factory=lambda: [True])
    asked: list[str] = field(default_factory=list)
    connects: asyncio.Event | None = None
    opened: int = 0
    when_ready: Callable[[], object] = lambda: None

    async def connect(self) -> Any:
        if self.connects:
            await self.connects.wait()
        if isinstance(answer := self.answers[0], BaseException):
            raise answer
        self.opened += 1
        return _Connection(await self.primary.connect(), self)


class _Connection:
    def __init__(self, real: Any, replica: FakeReplica) -> None:
        self._real, self._replica = real, replica

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    async def scalar(self, _statement: object, parameters: dict[str, str]) -> str:
        self._replica.asked.append(parameters["position"])
        answers = self._replica.answers
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        assert isinstance(answer, bool)
        return "" if answer else "is behind"

    async def execution_options(self, **options: Any) -> None:
        await self._real.execution_options(**options)
        if self._replica.asked:
            self._replica.when_ready()

    async def execute(self, statement: Any, *parameters: Any) -> Any:
        return await self._real.execute(text("SELECT 'replica'") if statement is NAME else statement, *parameters)

    async def close(self) -> None:
        self._replica.opened -= 1
        await self._real.close()


@pytest.fixture
async def primary(postgres: Postgres) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(postgres.url("postgres"), application_name="primary", pool_size=2)
    yield engine
    await engine.dispose()


def reads_of(replica: Any, **options: float) -> ReplicaReads:
    return ReplicaReads(replica.primary, replica, **{"patience_s": 0.05, "retry_s": 60, **options})


async def answers(reads: ReplicaReads) -> str:
    return str((await rows_of(reads, NAME))[0][0])


async def in_session(reads: ReplicaReads, statement: Executable) -> None:
    """As exports do, whose failures are translated before the session sees them."""
    async with sessions_of(reads)() as session:
        with translated():
            await session.execute(statement)


async def test_a_replica_that_is_far_enough_answers(primary: AsyncEngine) -> None:
    replica = FakeReplica(primary)
    reads = reads_of(replica)

    assert [await answers(reads) for _ in range(3)] == ["replica"] * 3
    assert (replica.opened, reads.at_primary) == (0, 0)


async def test_a_query_waits_for_the_replica_for_a_moment(primary: AsyncEngine) -> None:
    replica = FakeReplica(primary, [False, False, True])

    assert await answers(reads_of(replica, patience_s=30)) == "replica"

    assert len(replica.asked) == 3
    assert len(set(replica.asked)) == 1


async def test_what_was_committed_before_a_query_is_in_its_position(primary: AsyncEngine) -> None:
    replica = FakeReplica(primary)
    reads = reads_of(replica)
    async with primary.begin() as connection:
        await connection.execute(text("SELECT pg_current_xact_id()"))
        await connection.execute(text("SELECT pg_logical_emit_message(true, 'test', 'something')"))
        written = await connection.scalar(text("SELECT CAST(pg_current_wal_insert_lsn() AS text)"))

    await answers(reads)

    async with primary.connect() as connection:
        later = text("SELECT CAST(CAST(:asked AS text) AS pg_lsn) >= CAST(CAST(:written AS text) AS pg_lsn)")
        assert await connection.scalar(later, {"asked": replica.asked[-1], "written": written})


async def test_while_the_replica_is_behind_the_primary_answers_and_the_replica_is_left_alone(
    primary: AsyncEngine,
) -> None:
    replica = FakeReplica(primary, [False])
    reads = reads_of(replica)

    with capture_logs() as logs:
        assert await answers(reads) == "primary"
        looks = len(replica.asked)
        assert [await answers(reads) for _ in range(3)] == ["primary"] * 3

    assert (len(replica.asked), reads.at_primary, replica.opened) == (looks, 4, 0)
    assert [(line["log_level"], line["error"]) for line in logs] == [("warning", "the read replica is behind")]


async def test_a_replica_that_has_caught_up_is_used_again(primary: AsyncEngine) -> None:
    replica = FakeReplica(primary, [False])
    reads = reads_of(replica, retry_s=0)
    assert await answers(reads) == "primary"

    replica.answers = [True]

    with capture_logs() as logs:
        assert [await answers(reads) for _ in range(2)] == ["replica"] * 2
    assert [line["event"] for line in logs] == ["the read replica answers queries again"]


async def test_a_replica_that_is_gone_costs_nobody_an_error(primary: AsyncEngine) -> None:
    gone = OperationalError("SELECT", {}, Exception("refused"))
    reads = reads_of(FakeReplica(primary, [gone]))

    assert [await answers(reads) for _ in range(2)] == ["primary"] * 2


async def test_a_replica_that_does_not_answer_is_not_waited_for(primary: AsyncEngine) -> None:
    reads = reads_of(FakeReplica(primary, connects=asyncio.Event()))

    with capture_logs() as logs:
        assert await answers(reads) == "primary"

    assert [line["error"] for line in logs] == ["it does not answer"]


async def test_a_connection_that_comes_too_late_goes_back(primary: AsyncEngine) -> None:
    replica = FakeReplica(primary, connects=(late := asyncio.Event()))
    assert await answers(reads_of(replica)) == "primary"

    late.set()

    async def was_asked_and_is_closed() -> bool:
        return bool(replica.asked) and replica.opened == 0

    await eventually(was_asked_and_is_closed, timeout_s=30)


async def test_a_query_that_is_cancelled_when_its_connection_is_there_gives_it_back(primary: AsyncEngine) -> None:
    replica, loop = FakeReplica(primary), asyncio.get_running_loop()
    query = asyncio.create_task(answers(reads_of(replica, patience_s=30)))
    # Runs after the look has ended, and before the query is told so.
    replica.when_ready = lambda: loop.call_soon(query.cancel)

    with pytest.raises(asyncio.CancelledError):
        await query

    assert replica.asked
    await eventually(lambda: replica.opened == 0, timeout_s=30)


async def test_a_query_that_recovery_cancels_is_repeated(primary: AsyncEngine) -> None:
    """At a replica 40001 is no conflict with another transaction, which the caller would have to look at."""
    cancelled = text("DO $$ BEGIN RAISE 'conflict with recovery' USING ERRCODE = '40001'; END $$")
    reads = reads_of(FakeReplica(primary))

    with pytest.raises(Unavailable):
        await rows_of(reads, cancelled)
    with pytest.raises(Unavailable):
        await in_session(reads, cancelled)
    with pytest.raises(Conflict):
        await rows_of(primary, cancelled)

    assert (await answers(reads), reads.at_primary) == ("replica", 0)


async def test_the_transaction_of_a_query_begins_after_the_look(primary: AsyncEngine) -> None:
    reads = reads_of(FakeReplica(primary)).execution_options(isolation_level="REPEATABLE READ")

    isolation = text("SELECT current_setting('transaction_isolation')")

    assert (await rows_of(reads, isolation))[0][0] == "repeatable read"
    assert (await rows_of(primary, isolation))[0][0] == "read committed"


async def test_without_the_primary_nothing_is_known_to_be_fresh(primary: AsyncEngine) -> None:
    away = make_engine("postgresql+asyncpg://postgres@/x?host=/nonexistent", application_name="away", pool_size=1)
    reads = ReplicaReads(away, primary)

    with pytest.raises(Unavailable):
        await rows_of(reads, NAME)


def test_the_replica_has_the_databases_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    assert OrderSettings().replica_url("easyorder_order_read") == ""
    monkeypatch.setenv("EASYORDER_READ_REPLICA_URL", "postgresql+asyncpg://me:p%40ss@replica:5433/")
    expected = "postgresql+asyncpg://me:p%40ss@replica:5433/easyorder_order_read"

    assert OrderSettings().replica_url("easyorder_order_read") == expected

    monkeypatch.setenv("EASYORDER_READ_REPLICA_URL", "mysql://replica/")
    with pytest.raises(ValueError, match="must begin with"):
        OrderSettings()
