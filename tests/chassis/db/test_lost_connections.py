"""Each way to lose the server is UNAVAILABLE on both drivers, at any statement, and the next call has a new connection.

SQLSTATE 57P01 and 25006, and names that lead to another server, are in test_failover.py.
"""

from __future__ import annotations

import asyncio
import os
import signal
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pyodbc
import pytest
from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import fetch, make_engine, make_sessions
from chassis.db.failures import translated
from chassis.db.unit_of_work import SqlUnitOfWork, sql_units_of_work
from chassis.errors import Unavailable
from deploy.local.postgres import EmbeddedPostgres
from tests.folders import data_folder
from tests.own_server import running
from tests.polling import eventually

POOL = 2
TIMEOUT_S = 2.0
_ASLEEP = text(
    "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name LIKE 'lost%' AND wait_event = 'PgSleep')"
)
_FIELDS = b"SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0"
_FATAL = b"E" + struct.pack("!i", 4 + len(_FIELDS)) + _FIELDS


async def backend(engine: AsyncEngine) -> int:
    with translated():
        async with engine.begin() as connection:
            pid = await connection.scalar(text("SELECT pg_backend_pid()"))
            assert pid is not None
            return int(pid)


async def backend_alone(engine: AsyncEngine) -> int:
    """The same as a single statement, which asyncpg runs itself."""
    return int((await fetch(engine, text("SELECT pg_backend_pid() AS pid")))[0].pid)


@pytest.fixture(params=["in a transaction", "alone"])
def both_ways(request: pytest.FixtureRequest, driver: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "alone":
        if driver != "asyncpg":
            pytest.skip("SQLAlchemy runs both")
        monkeypatch.setattr(f"{__name__}.backend", backend_alone)


async def answers(engine: AsyncEngine) -> int | None:
    """The backend that answers; None while the server is away, which is reported as Unavailable."""
    try:
        return await backend(engine)
    except Unavailable:
        return None


@dataclass
class Proxy:
    """Connects clients to the server's socket, until it cuts their connections.

    `cuts_after`: it cuts all of them instead of passing on the message after that many of clients.
    `ends_session`: it appends to the server's next message that the server ends the session, and cuts what comes next.
    """

    socket: str
    port: int = 0
    cuts_after: int | None = None
    ends_session: bool = False
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[None]:
        async with await asyncio.start_server(self._accept, "127.0.0.1", self.port) as server:
            self.port = server.sockets[0].getsockname()[1]
            try:
                yield
            finally:
                self.cut()

    def cut(self, *, abruptly: bool = True) -> None:
        for writer in list(self._open):
            writer.transport.abort() if abruptly else writer.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back_reader, back = await asyncio.open_unix_connection(self.socket)
        self._open |= {writer, back}
        await asyncio.gather(self._pump(reader, back, counts=True), self._pump(back_reader, writer))
        self._open -= {writer, back}

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, counts: bool = False) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65_536):
                if counts and self.cuts_after is not None:
                    self.cuts_after -= 1
                    if self.cuts_after < 0:
                        self.cuts_after = None
                        self.cut()
                        return
                elif self.ends_session and not counts:
                    self.ends_session, self.cuts_after = False, 0
                    data += _FATAL
                writer.write(data)
        writer.close()


@pytest.fixture
async def proxy(chassis_engine: AsyncEngine) -> AsyncIterator[Proxy]:
    folder = chassis_engine.url.query.get("host")
    if not folder:
        pytest.skip("a server with a socket is needed")
    proxy = Proxy(f"{folder}/.s.PGSQL.5432")
    async with proxy.serve():
        yield proxy


@pytest.fixture
async def engine(chassis_engine: AsyncEngine, proxy: Proxy) -> AsyncIterator[AsyncEngine]:
    engine = through(chassis_engine.url, proxy)
    yield engine
    await engine.dispose()


def through(url: URL, proxy: Proxy) -> AsyncEngine:
    url = url.set(host="127.0.0.1", port=proxy.port, query={})
    return make_engine(url, application_name="lost", pool_size=POOL, timeout_s=TIMEOUT_S)


@pytest.mark.usefixtures("both_ways")
@pytest.mark.parametrize("abruptly", [True, False])
async def test_an_idle_connection_that_is_gone(engine: AsyncEngine, proxy: Proxy, abruptly: bool) -> None:
    old = await backend(engine)
    proxy.cut(abruptly=abruptly)

    with pytest.raises(Unavailable):
        await backend(engine)

    assert await backend(engine) != old


async def write_twice(engine: AsyncEngine) -> None:
    open_uow = sql_units_of_work(SqlUnitOfWork, make_sessions(engine))
    async with open_uow() as uow:
        await uow.session.execute(text("INSERT INTO inbox VALUES ('first', 1)"))
        await uow.session.execute(text("INSERT INTO inbox VALUES ('second', 1)"))
        await uow.commit()


async def written(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return int((await connection.execute(text("SELECT count(*) FROM inbox"))).scalar_one())


@pytest.mark.parametrize("messages", range(8))
async def test_a_connection_that_is_cut_at_any_message_of_a_unit_of_work(
    engine: AsyncEngine, chassis_engine: AsyncEngine, proxy: Proxy, messages: int
) -> None:
    await write_twice(engine)
    async with chassis_engine.begin() as connection:
        await connection.execute(text("DELETE FROM inbox"))
    old = await backend(engine)
    proxy.cuts_after = messages

    try:
        await write_twice(engine)
    except Unavailable:
        assert await written(chassis_engine) == 0
        assert await backend(engine) != old
    else:
        # The driver needs fewer messages than that.
        assert proxy.cuts_after is not None
        assert await written(chassis_engine) == 2


async def test_a_statement_that_waits_while_its_connection_is_cut(
    engine: AsyncEngine, chassis_engine: AsyncEngine, proxy: Proxy
) -> None:
    async def wait() -> None:
        with translated():
            async with engine.begin() as connection:
                await connection.execute(text("SELECT pg_sleep(1)"))

    async def is_asleep() -> bool:
        async with chassis_engine.connect() as connection:
            return bool(await connection.scalar(_ASLEEP))

    waiting = asyncio.create_task(wait())
    await eventually(is_asleep)
    proxy.cut()

    with pytest.raises(Unavailable):
        await waiting
    await backend(engine)


async def test_a_session_that_the_server_ends_before_the_connection(
    engine: AsyncEngine, proxy: Proxy, driver: str
) -> None:
    """asyncpg "cannot switch to state 12" then: its error has no SQLSTATE, but it leaves the connection."""

    async def work() -> None:
        with translated():
            async with engine.begin() as connection:
                # The first one is prepared, which takes more messages.
                for proxy.ends_session in (False, True, False):
                    await connection.execute(text("SELECT 1"))

    old = await backend(engine)
    with pytest.raises(Unavailable) as lost:
        await work()

    assert driver != "asyncpg" or "cannot switch to state" in str(lost.value.__cause__)
    assert await backend(engine) != old


async def test_psqlodbc_reports_no_commit_on_a_connection_that_it_knows_to_be_lost(
    chassis_engine: AsyncEngine, proxy: Proxy
) -> None:
    """To the driver there is no transaction any more, so that there was nothing to commit."""
    engine = through(chassis_engine.url.set(drivername="postgresql+aioodbc"), proxy)
    async with engine.connect() as connection:
        await connection.execute(text("INSERT INTO inbox VALUES ('first', 1)"))
        raw = (await connection.get_raw_connection()).driver_connection
        assert raw is not None
        proxy.cut()

        with suppress(pyodbc.Error):
            await raw._execute(raw._conn.execute, "SELECT 1")
        with pytest.raises(pyodbc.OperationalError, match="connection lost"):
            await raw.commit()
        await connection.invalidate()

    assert await written(chassis_engine) == 0
    await engine.dispose()


@pytest.mark.usefixtures("both_ways")
async def test_a_refused_connection(engine: AsyncEngine) -> None:
    nowhere = make_engine(engine.url.set(port=1), application_name="lost")
    with pytest.raises(Unavailable):
        await backend(nowhere)
    await nowhere.dispose()


@pytest.mark.usefixtures("both_ways")
async def test_a_server_that_is_gone_while_connecting(engine: AsyncEngine, proxy: Proxy) -> None:
    proxy.cuts_after = 0
    with pytest.raises(Unavailable):
        await backend(engine)
    proxy.cuts_after = 1
    await answers(engine)
    proxy.cuts_after = None

    await backend(engine)


@asynccontextmanager
async def own(driver: str) -> AsyncIterator[tuple[EmbeddedPostgres, AsyncEngine, int]]:
    with data_folder() as folder:
        server = EmbeddedPostgres(folder / "postgres")
        async with running(server) as process:
            url = make_url(server.url).set(drivername=f"postgresql+{driver}", database="postgres")
            engine = make_engine(url, application_name="lost", pool_size=POOL, timeout_s=TIMEOUT_S)
            assert process.pid is not None
            yield server, engine, process.pid
            await engine.dispose()


async def test_the_crash_of_another_backend(driver: str) -> None:
    """57P02: the server ends all backends when one crashes."""
    async with own(driver) as (_, engine, _pid):
        connection, victim = await engine.connect(), await backend(engine)
        await connection.execute(text("SELECT 1"))
        os.kill(victim, signal.SIGKILL)
        await eventually(lambda: not os.path.exists(f"/proc/{victim}"))

        with pytest.raises(Unavailable), translated():
            await connection.execute(text("SELECT 1"))
        await connection.close()

        assert await eventually(lambda: answers(engine), timeout_s=20) != victim


async def test_a_server_that_shuts_down_and_comes_back(driver: str) -> None:
    """57P03: it refuses new connections while it waits for an open session."""
    async with own(driver) as (_, engine, pid):
        session = await engine.connect()
        await session.execute(text("SELECT 1"))
        os.kill(pid, signal.SIGTERM)

        async def refuses() -> bool:
            return await answers(engine) is None

        await eventually(refuses)
        with pytest.raises(Unavailable) as refused:
            await backend(engine)
        await session.close()

        await eventually(lambda: answers(engine), timeout_s=20)
    assert "the database system is shutting down" in str(refused.value.__cause__)
