"""Data that cannot be upgraded is refused with one message, and is not changed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import make_engine
from deploy.migrate import migrate
from deploy.upgradable import CannotUpgrade
from tests.conftest import Postgres
from tests.deploy.test_schemas import tables, write_revision

PARCELS = "CREATE TABLE parcel (id bigint, state text CHECK (state IN ('SENT', 'LOST')))"
ALL = f"""
DO $$ BEGIN
    {PARCELS};
    CREATE INDEX ix_parcel ON parcel (state);
    CREATE FUNCTION require_all() RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE TRIGGER trg_parcel AFTER UPDATE ON parcel EXECUTE FUNCTION nothing();
END $$
""".replace("\n", " ")


@pytest.fixture
def versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The revisions of the package `parcels_svc`."""
    folder = tmp_path / "parcels_svc" / "migrations" / "versions"
    write_revision(folder, "0001", PARCELS)
    (tmp_path / "parcels_svc" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    # Another test of this process may have imported its own.
    monkeypatch.delitem(sys.modules, "parcels_svc", raising=False)
    return folder


async def start(url: str) -> None:
    await migrate(["parcels_svc"], lambda _: url)


async def run(engine: AsyncEngine, *statements: str) -> None:
    async with engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def test_a_revision_of_a_newer_version_is_refused(versions: Path, database: str, engine: AsyncEngine) -> None:
    await start(database)
    await run(engine, "UPDATE alembic_version SET version_num = '0009'")

    with pytest.raises(CannotUpgrade, match=r"^The database easyorder_parcels is at revision 0009, .*a newer version"):
        await start(database)


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ("ALTER TABLE parcel DROP COLUMN state", "column parcel.state text"),
        ("ALTER TABLE parcel DROP CONSTRAINT parcel_state_check", "constraint parcel_state_check CHECK"),
        ("DROP FUNCTION require_all", "function require_all"),
        ("CREATE OR REPLACE FUNCTION require_all() RETURNS int LANGUAGE sql AS 'SELECT 2'", "function require_all"),
        ("DROP TRIGGER trg_parcel ON parcel", "trigger trg_parcel"),
        ("DROP INDEX ix_parcel", "index ix_parcel"),
    ],
)
async def test_data_from_before_the_first_release_is_refused(
    versions: Path, database: str, engine: AsyncEngine, changed: str, what: str
) -> None:
    write_revision(versions, "0001", ALL)
    await start(database)
    await run(engine, changed)
    before = await tables(database)
    write_revision(versions, "0002", "CREATE TABLE line (id bigint)", after="0001")

    with pytest.raises(CannotUpgrade, match=f"before 0.1.0, or changed by hand: it has no {what}") as refusal:
        await start(database)

    assert len(str(refusal.value).splitlines()) == 1
    assert await tables(database) == before
    async with engine.connect() as connection:
        assert not await connection.scalar(text("SELECT to_regnamespace('easyorder_scratch') IS NOT NULL"))


async def test_what_was_added_by_hand_is_no_reason(versions: Path, database: str, engine: AsyncEngine) -> None:
    await start(database)
    await run(engine, "CREATE INDEX ix_of_their_own ON parcel (state)", "ALTER TABLE parcel ADD COLUMN note text")
    write_revision(versions, "0002", "CREATE TABLE line (id bigint)", after="0001")

    await start(database)

    assert "line" in await tables(database)


async def test_a_database_of_somebody_else_is_refused(versions: Path, database: str, engine: AsyncEngine) -> None:
    await run(engine, "CREATE TABLE invoice (id bigint)")

    with pytest.raises(CannotUpgrade, match="holds tables that are not EasyOrder's"):
        await start(database)

    assert await tables(database) == ["invoice"]


async def test_none_is_upgraded_where_one_cannot_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres: Postgres
) -> None:
    sides = {side: tmp_path / "two_svc" / "migrations" / side / "versions" for side in ("write", "read")}
    for versions in sides.values():
        write_revision(versions, "0001", PARCELS)
    (tmp_path / "two_svc" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    urls = {f"easyorder_two_{side}": postgres.url(await postgres.create()) for side in sides}
    await migrate(["two_svc"], urls.__getitem__)
    await change(urls["easyorder_two_read"], "UPDATE alembic_version SET version_num = 'x'")
    write_revision(sides["write"], "0002", "CREATE TABLE line (id bigint)", after="0001")

    with pytest.raises(CannotUpgrade, match="easyorder_two_read is at revision x"):
        await migrate(["two_svc"], urls.__getitem__)

    assert await tables(urls["easyorder_two_write"]) == ["alembic_version", "parcel"]


async def change(url: str, statement: str) -> None:
    engine = make_engine(url, application_name="tests")
    await run(engine, statement)
    await engine.dispose()
