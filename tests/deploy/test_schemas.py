"""A revision is run once, completely or not at all."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import make_engine
from deploy import schemas as deployed
from deploy.schemas import Schema, schemas, upgrade
from tests.chassis.db.test_lost_connections import Proxy
from tests.polling import eventually

_REVISION = '''
"""One table."""

from alembic import op

revision = "{name}"
down_revision = {after!r}
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("{statement}")
'''
_CONCURRENT_REVISION = '''
"""One index, made while the table is in use."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_parcel ON parcel (id)")
'''


def write_revision(versions: Path, name: str, statement: str, *, after: str | None = None) -> None:
    versions.mkdir(parents=True, exist_ok=True)
    (versions / f"{name}.py").write_text(
        _REVISION.format(name=name, after=after, statement=statement), encoding="utf-8"
    )


async def tables(url: str) -> list[str]:
    engine = make_engine(url, application_name="tests")
    query = text("SELECT CAST(tablename AS text) FROM pg_tables WHERE schemaname = 'public'")
    try:
        async with engine.connect() as connection:
            return sorted(await connection.scalars(query))
    finally:
        await engine.dispose()


async def test_only_what_is_new_is_run(tmp_path: Path, database: str) -> None:
    write_revision(tmp_path, "0001", "CREATE TABLE parcel (id bigint)")
    await upgrade(database, tmp_path)
    write_revision(tmp_path, "0002", "CREATE TABLE line (id bigint)", after="0001")
    await upgrade(database, tmp_path)

    assert await tables(database) == ["alembic_version", "line", "parcel"]


async def test_a_revision_that_fails_changes_nothing_and_is_run_by_the_next_upgrade(
    tmp_path: Path, database: str
) -> None:
    write_revision(tmp_path, "0001", "CREATE TABLE parcel (id bigint)")
    write_revision(tmp_path, "0002", "DO $$ BEGIN CREATE TABLE line (id bigint); PERFORM 1 / 0; END $$", after="0001")
    with pytest.raises(Exception, match="division by zero"):
        await upgrade(database, tmp_path)
    assert await tables(database) == ["alembic_version", "parcel"]

    write_revision(tmp_path, "0002", "CREATE TABLE line (id bigint)", after="0001")
    await upgrade(database, tmp_path)

    assert await tables(database) == ["alembic_version", "line", "parcel"]


async def test_a_revision_may_make_an_index_with_writers_and_other_upgrades(tmp_path: Path, database: str) -> None:
    write_revision(tmp_path, "0001", "CREATE TABLE parcel (id bigint)")
    (tmp_path / "0002.py").write_text(_CONCURRENT_REVISION, encoding="utf-8")

    async with asyncio.timeout(30):
        await asyncio.gather(*(upgrade(database, tmp_path) for _ in range(3)))

    engine = make_engine(database, application_name="tests")
    async with engine.connect() as connection:
        is_valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_parcel'::regclass"
        assert await connection.scalar(text(is_valid))
    await engine.dispose()


def test_a_package_tells_its_databases_by_its_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    for package, folders in {"parcels_svc": ["write", "read"], "parcels_svc/till": [""], "bare_svc": []}.items():
        for folder in folders:
            write_revision(tmp_path / package / "migrations" / folder / "versions", "0001", "SELECT 1")
        (tmp_path / package).mkdir(exist_ok=True)
        (tmp_path / package / "__init__.py").touch()
    home = tmp_path / "parcels_svc"

    assert schemas("parcels_svc") == [
        Schema("easyorder_parcels_write", home / "migrations/write/versions"),
        Schema("easyorder_parcels_read", home / "migrations/read/versions"),
    ]
    assert schemas("parcels_svc.till") == [Schema("easyorder_till", home / "till/migrations/versions")]
    for wrong in ("bare_svc", "no_such_package"):
        with pytest.raises(ValueError, match=wrong):
            schemas(wrong)


async def test_the_server_ends_a_revision_that_nobody_waits_for(
    tmp_path: Path, database: str, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deployed, "_CHECK", text(str(deployed._CHECK).replace("5s", "50ms")))
    write_revision(tmp_path, "0001", "SELECT pg_sleep(3600)")
    url = make_url(database)
    if not (folder := url.query.get("host")):
        pytest.skip("a server with a socket is needed")
    proxy = Proxy(f"{folder}/.s.PGSQL.5432")
    running = text(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'migrate' AND wait_event = 'PgSleep'"
    )

    async def count() -> int | None:
        async with engine.connect() as connection:
            return await connection.scalar(running)

    async def has_begun() -> bool:
        return await count() == 1

    async def is_over() -> bool:
        return await count() == 0

    async with proxy.serve():
        through = url.set(host="127.0.0.1", port=proxy.port, query={}).render_as_string(hide_password=False)
        upgrading = asyncio.create_task(upgrade(through, tmp_path))
        await eventually(has_begun)
        proxy.cut()
        await asyncio.wait([upgrading])

        await eventually(is_over)
    assert upgrading.exception()
