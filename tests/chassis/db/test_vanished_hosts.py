"""A host that vanishes, without a word: client and server of a connection notice it, whatever was on its way.

The limits of statements and transactions are off, because they end most connections earlier.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.db import engine as engines
from chassis.db.engine import make_engine
from chassis.db.failures import translated
from chassis.errors import Unavailable
from deploy.local import postgres as embedded
from deploy.local.postgres import EmbeddedPostgres
from postgresql_odbc import dialect
from tests.folders import data_folder
from tests.own_server import running
from tests.polling import eventually
from tests.vanishing import Host, from_there, host, passing_on, served_there

NOTICED_S = 8
_LOCK = text("SELECT pg_advisory_lock(5)")
_LOCKS = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")


@pytest.fixture
def there() -> Iterator[Host]:
    with host() as made:
        yield made


@pytest.fixture
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two seconds instead of 25."""
    quickly = {"idle": 1, "interval": 1, "count": 1}
    for name, value in quickly.items():
        monkeypatch.setitem(engines._TCP, f"tcp_keepalives_{name}", value)
    monkeypatch.setitem(engines._TCP, "tcp_user_timeout", 2_000)
    quick_odbc = {"KeepaliveTime": "1", "KeepaliveInterval": "1", "pqopt": "keepalives_count=1 tcp_user_timeout=2000"}
    for name, option in quick_odbc.items():
        assert name in dialect._OPTIONS
        monkeypatch.setitem(dialect._OPTIONS, name, option)


@pytest.fixture
async def engine(chassis_engine: AsyncEngine, there: Host, impatience: None) -> AsyncIterator[AsyncEngine]:
    """Leads to the server, through the host."""
    folder = chassis_engine.url.query.get("host")
    if not folder:
        pytest.skip("a server with a socket is needed")

    async with served_there(there, lambda: asyncio.open_unix_connection(f"{folder}/.s.PGSQL.5432")) as port:
        url = chassis_engine.url.set(host=there.address, port=port, query={})
        engine = make_engine(url, application_name="vanished")
        yield engine
        await engine.dispose()


async def execute(connection: AsyncConnection, statement: str) -> None:
    with translated():
        await connection.execute(text(statement))


def test_a_system_without_some_options_of_tcp_is_no_obstacle() -> None:
    """As on macOS."""
    program = "import socket; del socket.TCP_KEEPIDLE, socket.TCP_USER_TIMEOUT; import chassis.db.engine"
    subprocess.run(
        [sys.executable, "-c", program], check=True, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    )


async def test_a_client_without_some_options_of_tcp_connects(
    chassis_engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = chassis_engine.url.query.get("host")
    if not folder or chassis_engine.driver != "asyncpg":
        pytest.skip("asyncpg and a server with a socket are needed")
    monkeypatch.delattr(socket, "TCP_KEEPIDLE")
    monkeypatch.delattr(socket, "TCP_USER_TIMEOUT")
    listening = socket.create_server(("127.0.0.1", 0))
    url = chassis_engine.url.set(host="127.0.0.1", port=listening.getsockname()[1], query={})

    async with passing_on(listening, lambda: asyncio.open_unix_connection(f"{folder}/.s.PGSQL.5432")):
        engine = make_engine(url, application_name="other system")
        async with engine.connect() as connection:
            await execute(connection, "SELECT 1")
            driver: Any = (await connection.get_raw_connection()).driver_connection
            client = driver._transport.get_extra_info("socket")
            interval_s = client.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL)
            assert interval_s == engines._TCP["tcp_keepalives_interval"]
        await engine.dispose()


async def test_a_client_that_waits_for_a_server_that_vanishes(engine: AsyncEngine, there: Host) -> None:
    connection = await engine.connect()
    await execute(connection, "SELECT 1")
    waiting = asyncio.create_task(execute(connection, "SELECT pg_sleep(3600)"))
    await asyncio.wait([waiting], timeout=0.5)
    there.vanish()

    async with asyncio.timeout(NOTICED_S):
        with pytest.raises(Unavailable):
            await waiting


async def test_a_client_that_sends_to_a_server_that_has_vanished(engine: AsyncEngine, there: Host) -> None:
    connection = await engine.connect()
    await execute(connection, "SELECT 1")
    there.vanish()

    async with asyncio.timeout(NOTICED_S):
        with pytest.raises(Unavailable):
            await execute(connection, "SELECT 1")


async def test_a_new_connection_to_a_server_that_has_vanished(engine: AsyncEngine, there: Host) -> None:
    there.vanish()

    async with asyncio.timeout(NOTICED_S):
        with pytest.raises(Unavailable), translated():
            await engine.connect()


@pytest.mark.usefixtures("postgres")  # so that it runs over ODBC, too
@pytest.mark.parametrize("statement", ["SELECT 1", "SELECT pg_sleep(0.5), repeat('x', 10000)"])
async def test_a_client_that_vanishes_holds_no_locks(
    driver: str, there: Host, impatience: None, statement: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it waits in its transaction, and while an answer is on its way to it."""
    monkeypatch.setattr(embedded, "HBA", f"{embedded.HBA}host all postgres {there.address}/32 trust\n")
    monkeypatch.setitem(embedded.SETTINGS, "listen_addresses", there.here)
    with data_folder() as folder:
        server = EmbeddedPostgres(folder / "postgres")
        async with running(server), from_there(there, 5432) as port:
            url = make_url(server.url).set(drivername=f"postgresql+{driver}", database="postgres")
            here = make_engine(url, application_name="here")
            engine = make_engine(url.set(host="127.0.0.1", port=port, query={}), application_name="vanished")
            connection = await engine.connect()
            await connection.execute(_LOCK)
            waiting = asyncio.create_task(execute(connection, statement))
            await asyncio.wait([waiting], timeout=0.2)
            there.vanish()

            async def is_free() -> bool:
                async with here.connect() as own:
                    return not await own.scalar(_LOCKS)

            assert not await is_free()
            await eventually(is_free, timeout_s=NOTICED_S)
            waiting.cancel()
            await engine.dispose(close=False)
            await here.dispose()
