"""Databases are created once, even by concurrent starts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.migrate import migrate
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
