"""Connections to a server that stops, refuses writes or does not answer are replaced; callers get Unavailable."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import make_engine
from chassis.db.failures import translated
from chassis.errors import Unavailable

POOL = 3
TIMEOUT_S = 1.0


@pytest.fixture
async def engine(chassis_engine: AsyncEngine) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(chassis_engine.url, application_name="failover", pool_size=POOL, timeout_s=TIMEOUT_S)
    yield engine
    await engine.dispose()


async def pooled(engine: AsyncEngine, statement: str = "SELECT 1") -> set[int]:
    """Executes a statement in each connection of the pool; returns the backends."""
    connections = [await engine.connect() for _ in range(POOL)]
    for connection in connections:
        await connection.execute(text(statement))
        await connection.commit()
    pids = {await connection.scalar(text("SELECT pg_backend_pid()")) for connection in connections}
    for connection in connections:
        await connection.close()
    return {pid for pid in pids if pid is not None}


async def write(engine: AsyncEngine) -> int | None:
    """A write, as commands make it; returns the backend."""
    with translated():
        async with engine.begin() as connection:
            await connection.execute(text("SELECT nextval('job_hilo')"))
            pid: int | None = await connection.scalar(text("SELECT pg_backend_pid()"))
            return pid


async def all_writes_succeed(engine: AsyncEngine) -> set[int]:
    pids = await asyncio.gather(*(write(engine) for _ in range(2 * POOL)))
    return {pid for pid in pids if pid is not None}


async def test_a_server_that_has_become_a_standby_is_left(engine: AsyncEngine) -> None:
    old = await pooled(engine, "SET default_transaction_read_only = on")

    with pytest.raises(Unavailable):
        await write(engine)

    # New connections lead to the new primary.
    assert not old & await all_writes_succeed(engine)


async def test_a_server_that_stops_is_left(engine: AsyncEngine, chassis_engine: AsyncEngine) -> None:
    old = await pooled(engine)
    async with chassis_engine.connect() as operator:
        for pid in old:
            await operator.execute(text(f"SELECT pg_terminate_backend({pid}, 5000)"))

    with pytest.raises(Unavailable):
        await write(engine)

    assert not old & await all_writes_succeed(engine)


async def test_one_transaction_that_ends_leaves_the_other_connections(engine: AsyncEngine) -> None:
    old = await pooled(engine)

    with pytest.raises(Unavailable), translated():
        async with engine.begin() as connection:
            await connection.execute(text(f"SELECT pg_sleep({3 * TIMEOUT_S})"))

    assert await all_writes_succeed(engine) <= old


@contextmanager
def frozen(pids: set[int]) -> Iterator[None]:
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


async def test_backends_that_do_not_answer_are_left(engine: AsyncEngine) -> None:
    old = await pooled(engine)

    with frozen(old):
        began = time.monotonic()
        failures = await asyncio.gather(*(write(engine) for _ in range(POOL)), return_exceptions=True)
        assert [type(failure) for failure in failures] == [Unavailable] * POOL
        assert time.monotonic() - began < TIMEOUT_S + 3

        assert not old & await all_writes_succeed(engine)


async def test_a_connection_that_cannot_be_made_is_unavailable(chassis_engine: AsyncEngine) -> None:
    async with chassis_engine.begin() as operator:
        await operator.execute(text("CREATE ROLE crowded LOGIN CONNECTION LIMIT 0"))
    engine = make_engine(chassis_engine.url.set(username="crowded"), application_name="failover")
    try:
        with pytest.raises(Unavailable), translated():
            await engine.connect()
    finally:
        await engine.dispose()
        async with chassis_engine.begin() as operator:
            await operator.execute(text("DROP ROLE crowded"))
