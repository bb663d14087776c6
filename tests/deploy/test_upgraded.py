"""A service of a version begins when its databases are that version's, or newer."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from chassis.db.engine import make_engine
from deploy import upgraded
from deploy.migrate import migrate
from deploy.roles import grant
from deploy.upgraded import NotUpgraded, require_upgraded
from tests.conftest import Postgres
from tests.deploy.test_schemas import write_revision

ROLE = "easyorder_waits"
PASSWORD = "a password"


@pytest.fixture
def versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The revisions of waits_svc, of which there is one."""
    monkeypatch.syspath_prepend(str(tmp_path))
    folder = tmp_path / "waits_svc" / "migrations" / "versions"
    write_revision(folder, "0001", "CREATE TABLE parcel (id bigint GENERATED ALWAYS AS IDENTITY)")
    (tmp_path / "waits_svc" / "__init__.py").touch()
    yield folder
    sys.modules.pop("waits_svc", None)


@pytest.fixture
async def database(postgres: Postgres) -> AsyncIterator[str]:
    """The owner's URL."""
    name = await postgres.create()
    yield postgres.url(name)
    await postgres.drop(name)
    await postgres.execute(f"DROP ROLE IF EXISTS {ROLE}")


def as_service(database: str) -> str:
    return make_url(database).set(username=ROLE, password=PASSWORD).render_as_string(hide_password=False)


async def upgrade(database: str) -> None:
    await migrate(["waits_svc"], lambda _: database)


async def allow(database: str) -> None:
    await grant([database], ROLE, PASSWORD, audit_kept_days=30)


async def require(url: str) -> None:
    await require_upgraded("waits_svc", lambda _: url)


async def test_a_service_waits_for_the_upgrade_and_then_for_its_rights(versions: Path, database: str) -> None:
    with pytest.raises(NotUpgraded, match="easyorder_waits cannot be read"):
        await require(as_service(database))
    await upgrade(database)
    await allow(database)
    await require(as_service(database))
    write_revision(versions, "0002", "CREATE TABLE line (id bigint)", after="0001")

    with pytest.raises(NotUpgraded, match="is at revision 0001, and this version needs 0002"):
        await require(as_service(database))
    await upgrade(database)
    with pytest.raises(NotUpgraded, match="its role has no right to line yet"):
        await require(as_service(database))
    await allow(database)
    await require(as_service(database))
    await require(database)


async def test_a_sequence_of_its_own_is_waited_for(versions: Path, database: str) -> None:
    await upgrade(database)
    await allow(database)
    write_revision(versions, "0002", "CREATE SEQUENCE ticket", after="0001")
    await upgrade(database)

    with pytest.raises(NotUpgraded, match="its role has no right to ticket yet"):
        await require(as_service(database))


async def test_what_a_role_never_reads_and_partitions_are_not_waited_for(versions: Path, database: str) -> None:
    await upgrade(database)
    await allow(database)
    write_revision(versions, "0002", "CREATE TABLE part (id bigint) PARTITION BY RANGE (id)", after="0001")
    await upgrade(database)
    await allow(database)
    await run(database, "CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (9)")
    await run(database, "CREATE TABLE audit_retention (id int)")

    await require(as_service(database))


async def test_an_older_version_goes_back_to_the_databases_of_a_newer_one(versions: Path, database: str) -> None:
    await upgrade(database)
    await allow(database)
    write_revision(versions, "0002", "CREATE TABLE line (id bigint)", after="0001")
    await upgrade(database)  # and no right to `line`, which the older version does not know either
    (versions / "0002.py").unlink()

    await require(as_service(database))


async def test_a_database_without_a_revision_is_not_upgraded(versions: Path, database: str) -> None:
    await upgrade(database)
    await allow(database)
    await run(database, "DELETE FROM alembic_version")

    with pytest.raises(NotUpgraded, match="is at revision None"):
        await require(as_service(database))


async def test_the_wait_ends_with_the_upgrade_or_with_its_time(
    versions: Path, database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = 0

    async def answer(package: str, url_of: object, **_: float) -> None:
        nonlocal asked
        asked += 1
        if asked < 4:
            raise NotUpgraded("the databases are older")

    monkeypatch.setattr(upgraded, "require_upgraded", answer)
    monkeypatch.setattr(upgraded, "_POLL_S", 0.01)

    await upgraded.main(["waits_svc"], wait_s=60)

    assert asked == 4
    assert capsys.readouterr().out == "waiting for `python -m deploy.migrate`: the databases are older\n"
    asked = 0
    with pytest.raises(NotUpgraded):
        await upgraded.main(["waits_svc"], wait_s=0)
    assert asked == 1


async def test_a_server_that_is_away_is_waited_for(versions: Path) -> None:
    with pytest.raises(NotUpgraded, match="easyorder_waits cannot be read"):
        await require("postgresql+asyncpg://a@127.0.0.1:1/missing")


async def run(url: str, statement: str) -> None:
    engine = make_engine(url, application_name="tests", pool_size=1)
    try:
        async with engine.begin() as connection:
            await connection.execute(text(statement))
    finally:
        await engine.dispose()
