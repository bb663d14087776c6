"""Connections to a server that stops, refuses writes or does not answer are replaced; callers get Unavailable."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import fetch, make_engine
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


async def write_alone(engine: AsyncEngine) -> int | None:
    """The same as a single statement, which asyncpg runs itself."""
    return int((await fetch(engine, text("SELECT pg_backend_pid() AS pid FROM nextval('job_hilo')")))[0].pid)


@pytest.fixture(params=["in a transaction", "alone"], autouse=True)
def _both_ways(request: pytest.FixtureRequest, driver: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "alone":
        if driver != "asyncpg":
            pytest.skip("SQLAlchemy runs both")
        monkeypatch.setattr(f"{__name__}.write", write_alone)


async def all_writes_succeed(engine: AsyncEngine) -> set[int]:
    pids = await asyncio.gather(*(write(engine) for _ in range(2 * POOL)))
    return {pid for pid in pids if pid is not None}


async def test_a_server_that_has_become_a_standby_is_left(engine: AsyncEngine) -> None:
    old = await pooled(engine, "SET default_transaction_read_only = on")

    with pytest.raises(Unavailable):
        await write(engine)

    # New connections lead to the new primary.
    assert not old & await all_writes_succeed(engine)


@asynccontextmanager
async def forwarder(to: str, address: str, port: int = 0) -> AsyncIterator[tuple[int, list[str]]]:
    """Leads connections to `address` to the server's socket; its port, and an entry for each connection."""
    accepted: list[str] = []

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65_536):
                writer.write(data)
        writer.close()

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted.append(address)
        server_reader, server_writer = await asyncio.open_unix_connection(f"{to}/.s.PGSQL.5432")
        await asyncio.gather(pump(reader, server_writer), pump(server_reader, writer))

    async with await asyncio.start_server(forward, address, port) as server:
        yield server.sockets[0].getsockname()[1], accepted


async def test_a_name_that_leads_to_another_server_is_looked_up_again(
    chassis_engine: AsyncEngine, driver: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if driver != "asyncpg" or not (socket_dir := chassis_engine.url.query.get("host")):
        pytest.skip("only asyncpg looks names up in Python, and a server with a socket is needed")
    addresses, real = ["127.0.0.1"], socket.getaddrinfo

    def look_up(host: Any, *rest: Any, **options: Any) -> Any:
        return real(addresses[-1] if host == "primary.test" else host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    async with (
        forwarder(str(socket_dir), "127.0.0.1") as (port, _),
        forwarder(str(socket_dir), "127.0.0.2", port) as (_, accepted),
    ):
        url = chassis_engine.url.set(host="primary.test", port=port, query={})
        engine = make_engine(url, application_name="failover", pool_size=POOL, timeout_s=TIMEOUT_S)
        old = await pooled(engine, "SET default_transaction_read_only = on")
        addresses.append("127.0.0.2")

        with pytest.raises(Unavailable):
            await write(engine)
        new = await all_writes_succeed(engine)
        await engine.dispose()

    assert not old & new
    assert len(accepted) == len(new)


def with_another_host(engine: AsyncEngine, other: object) -> URL:
    """The other one comes first."""
    if not (there := engine.url.query.get("host")):
        pytest.skip("needs a server with a socket")
    query = {"host": f"{other},{there}", "port": "5432,5432", "target_session_attrs": "read-write"}
    return engine.url.set(query=query)


async def test_of_several_hosts_the_one_that_takes_writes_is_used(chassis_engine: AsyncEngine, tmp_path: Path) -> None:
    engine = make_engine(with_another_host(chassis_engine, tmp_path), application_name="failover", timeout_s=TIMEOUT_S)

    assert await write(engine)

    await engine.dispose()


async def test_a_first_host_that_is_silent_does_not_hide_the_second(chassis_engine: AsyncEngine) -> None:
    """As a machine without power: nobody refuses the connection."""
    asked: list[object] = []
    async with await asyncio.start_server(lambda reader, _: asked.append(reader), "127.0.0.1") as server:
        url = with_another_host(chassis_engine, "127.0.0.1")
        url = url.update_query_dict({"port": f"{server.sockets[0].getsockname()[1]},5432"})
        engine = make_engine(url, application_name="failover", pool_size=POOL, timeout_s=3)

        first = await write(engine)
        # The second comes first from now on, so that only one call waits for the silent one.
        new = await pooled(engine)
        await engine.dispose()

    assert first in new
    assert len(new) == POOL
    assert len(asked) == 1


async def test_while_no_host_takes_writes_the_database_is_unavailable(chassis_engine: AsyncEngine) -> None:
    """As long as the standby is not promoted. Both hosts are the same one here."""
    url = with_another_host(chassis_engine, chassis_engine.url.query.get("host"))
    async with chassis_engine.begin() as operator:
        await operator.execute(text("CREATE ROLE reader LOGIN"))
        await operator.execute(text("ALTER ROLE reader SET default_transaction_read_only = on"))
    engine = make_engine(url.set(username="reader"), application_name="failover", timeout_s=TIMEOUT_S)
    try:
        with pytest.raises(Unavailable) as refused:
            await write(engine)
    finally:
        await engine.dispose()
        async with chassis_engine.begin() as operator:
            await operator.execute(text("DROP ROLE reader"))
    assert "read-write" in str(refused.value.__cause__) or "read-only" in str(refused.value.__cause__)


async def test_a_database_that_accepts_no_connections_is_unavailable(chassis_engine: AsyncEngine) -> None:
    """Here because it is gone (3D000), as while it is restored; ALLOW_CONNECTIONS false and NOLOGIN are the same."""
    url = chassis_engine.url.set(database="being_restored")
    engine = make_engine(url, application_name="failover", pool_size=POOL, timeout_s=TIMEOUT_S)

    with pytest.raises(Unavailable):
        await write(engine)

    await engine.dispose()


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


async def test_connections_that_were_idle_while_the_server_froze_are_replaced_at_once(engine: AsyncEngine) -> None:
    old = await pooled(engine)

    with frozen(old):
        with pytest.raises(Unavailable):
            await write(engine)
        began = time.monotonic()
        new = await all_writes_succeed(engine)
        assert time.monotonic() - began < 1

    assert not old & new


async def test_a_server_that_accepts_connections_and_says_nothing_is_left(chassis_engine: AsyncEngine) -> None:
    async with await asyncio.start_server(lambda *_: None, "127.0.0.1") as server:
        url = chassis_engine.url.set(host="127.0.0.1", port=server.sockets[0].getsockname()[1], query={})
        engine = make_engine(url, application_name="failover", timeout_s=TIMEOUT_S)

        began = time.monotonic()
        with pytest.raises(Unavailable):
            await write(engine)
        assert time.monotonic() - began < TIMEOUT_S + 2
        await engine.dispose()


async def test_a_connection_that_cannot_be_made_is_unavailable(chassis_engine: AsyncEngine) -> None:
    async with chassis_engine.begin() as operator:
        await operator.execute(text("CREATE ROLE crowded LOGIN CONNECTION LIMIT 0"))
    engine = make_engine(chassis_engine.url.set(username="crowded"), application_name="failover")
    try:
        with pytest.raises(Unavailable):
            await write(engine)
    finally:
        await engine.dispose()
        async with chassis_engine.begin() as operator:
            await operator.execute(text("DROP ROLE crowded"))
