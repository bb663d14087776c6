"""Databases are created once, even by concurrent starts."""

from __future__ import annotations

import asyncio
import itertools
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from deploy.local.errors import CannotStart
from deploy.migrate import create_where_missing, migrate, once_it_is_there
from deploy.upgradable import CannotUpgrade
from tests.conftest import Postgres
from tests.deploy.test_schemas import tables, write_revision


@pytest.fixture
async def database_to_be(postgres: Postgres) -> AsyncIterator[str]:
    """The URL of a database that does not exist yet."""
    name = await postgres.create()
    await postgres.drop(name)
    yield postgres.url(name)
    await postgres.drop(name)


async def test_the_database_of_a_package_is_made_once_and_brought_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_to_be: str
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    versions = tmp_path / "made_svc" / "migrations" / "versions"
    write_revision(versions, "0001", "CREATE TABLE parcel (id bigint)")
    write_revision(versions, "0002", "CREATE TABLE line (id bigint)", after="0001")
    (tmp_path / "made_svc" / "__init__.py").touch()
    asked: list[str] = []

    def url_of(name: str) -> str:
        asked.append(name)
        return database_to_be

    await asyncio.gather(*(migrate(["made_svc"], url_of) for _ in range(3)))

    assert set(asked) == {"easyorder_made"}
    assert await tables(database_to_be) == ["alembic_version", "line", "parcel"]


async def test_a_server_that_starts_later_and_goes_away_once_more_is_waited_for(postgres: Postgres) -> None:
    """A proxy that listens only after the wait has begun, and breaks its first connections, stands for the server."""
    source = make_url(postgres.url("postgres"))
    folder = source.query["host"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    url = source.set(host="127.0.0.1", port=port, query={}).render_as_string(hide_password=False)
    accepted = itertools.count()

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if next(accepted) < 2:
            writer.close()
            return
        there, back = await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.5432")
        await asyncio.gather(_copy(reader, back), _copy(there, writer))

    waiting = asyncio.create_task(once_it_is_there(lambda: create_where_missing(url), within_s=60))
    server = await asyncio.start_server(connect, "127.0.0.1", port)
    await asyncio.wait_for(waiting, timeout=60)
    server.close()

    assert next(accepted) == 3


async def test_a_server_that_never_starts_is_waited_for_no_longer_than_asked() -> None:
    nowhere = "postgresql+asyncpg://a@127.0.0.1:1/missing"

    with pytest.raises(CannotStart):
        await asyncio.wait_for(once_it_is_there(lambda: create_where_missing(nowhere), within_s=0.2), timeout=10)


async def test_what_waiting_does_not_mend_is_not_waited_for() -> None:
    attempts = itertools.count()

    async def fail() -> None:
        next(attempts)
        raise CannotUpgrade("the databases are of a later version")

    with pytest.raises(CannotUpgrade):
        await once_it_is_there(fail, within_s=60)

    assert next(attempts) == 1


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
    writer.close()
