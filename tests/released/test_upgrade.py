"""The data of a release is complete after the upgrade, in the schema of a new database."""

from __future__ import annotations

import subprocess
from collections import defaultdict
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import make_engine
from chassis.db.projector import Projector
from deploy.local.mesh import MIGRATED
from deploy.local.postgres import INSTALLATION
from deploy.rebuild import READ_MODELS
from deploy.schemas import Schema, schemas, upgrade
from tests.conftest import Lend, Postgres
from tests.released.release import RELEASES, Release

SCHEMAS = {schema.database: schema for package in MIGRATED for schema in schemas(package)}
# What they hold is derived from the others, and the time until it is; nothing accepted refresh tokens.
TRANSIENT = {"alembic_version", "change_log", "catalogue_change", "refresh_token"}
# Their rows are parts of `orders` now.
MERGED = {"easyorder_order_read": {"order_discount", "order_item", "payment"}}
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"


@pytest.fixture(params=[f"{version} {name}" for version, it in RELEASES.items() for name in it.databases])
def released(request: pytest.FixtureRequest) -> tuple[Release, Schema]:
    version, database = request.param.split()
    return RELEASES[version], SCHEMAS[database]


@pytest.fixture
async def database(postgres: Postgres, released: tuple[Release, Schema]) -> AsyncIterator[str]:
    """The name of a database that the release has left behind."""
    release, schema = released
    name = await postgres.create()
    connection = await postgres.connect(name)
    await release.load(schema.database, connection)
    await connection.close()
    yield name
    await postgres.drop(name)


async def test_every_row_is_kept_and_the_schema_becomes_that_of_a_new_database(
    postgres: Postgres, lend: Lend, released: tuple[Release, Schema], database: str
) -> None:
    _, schema = released
    before = await rows(postgres, database)
    for table in MERGED.get(schema.database, ()):
        del before[table]

    await upgrade(postgres.url(database), schema.versions)

    after = await rows(postgres, database)
    assert {table: after.get(table) for table in before} == before
    new = await lend(schema.database, lambda url: upgrade(url, schema.versions))
    assert schema_of(postgres.url(database)) == schema_of(new)


async def test_a_dump_of_the_upgraded_database_is_loaded_with_all_its_rows(
    postgres: Postgres, released: tuple[Release, Schema], database: str
) -> None:
    _, schema = released
    await upgrade(postgres.url(database), schema.versions)
    copy = await postgres.create()
    try:
        postgres_program("psql", postgres.url(copy), "--set=ON_ERROR_STOP=1", given=dump_of(postgres.url(database)))

        assert await rows(postgres, copy) == await rows(postgres, database)
    finally:
        await postgres.drop(copy)


@pytest.mark.parametrize(
    ("release", "service"), [(version, name) for version in RELEASES for name in ("order", "inventory")]
)
async def test_what_waited_for_the_read_side_reaches_it(postgres: Postgres, release: str, service: str) -> None:
    """Whatever form changes had in the log of the release; and what was there already is as if made again."""
    engines: list[AsyncEngine] = []
    for side in ("write", "read"):
        schema = SCHEMAS[f"easyorder_{service}_{side}"]
        connection = await postgres.connect(name := await postgres.create())
        await RELEASES[release].load(schema.database, connection)
        await connection.close()
        await upgrade(postgres.url(name), schema.versions)
        engines.append(make_engine(postgres.url(name), application_name="tests"))
    write, read = engines
    projections, _ = READ_MODELS[f"{service}_svc"]

    while await Projector(write, read, projections).project():
        pass

    for projection in projections:
        columns = ", ".join(["id", "row_version", *PARTS[projection.table.name]])
        written = text(f"SELECT {columns} FROM {projection.images} ORDER BY id")
        there = text(f"SELECT {columns} FROM {projection.table.name} ORDER BY id")
        async with write.connect() as from_write, read.connect() as from_read:
            assert (await from_read.execute(there)).all() == (await from_write.execute(written)).all()
    for engine in engines:
        await engine.dispose()
        await postgres.drop(str(engine.url.database))


PARTS: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
# Without times, which each database of a release gets again.
PARTS["orders"] = (
    # What a release did not know is read as its default.
    """(SELECT jsonb_agg(jsonb_build_object('written_off', 0) || item ORDER BY number)
        FROM jsonb_array_elements(CAST(items AS jsonb)) WITH ORDINALITY AS of(item, number))""",
    "CAST(discounts AS jsonb)",
    "(jsonb_build_object('next_action_uri', '') || CAST(payment AS jsonb)) - 'processed_at' - 'charged_at'",
    "jsonb_path_query_array(CAST(refunds AS jsonb), '$[*].reason')",
)


async def rows(postgres: Postgres, database: str) -> dict[str, int]:
    """How many rows each table has."""
    connection = await postgres.connect(database)
    try:
        tables = {name for (name,) in await connection.fetch(_TABLES)} - TRANSIENT
        return {table: await connection.fetchval(f"SELECT count(*) FROM public.{table}") for table in tables}
    finally:
        await connection.close()


def schema_of(url: str) -> str:
    """All that makes a schema, as SQL, without who owns it."""
    return dump_of(url, "--schema-only", "--no-owner", "--no-privileges")


def dump_of(url: str, *options: str) -> str:
    """What pg_dump writes."""
    return postgres_program("pg_dump", url, "--restrict-key=easyorder", *options)


def postgres_program(name: str, url: str, *options: str, given: str = "") -> str:
    """What one of PostgreSQL's programs says of a database."""
    server = make_url(url)
    command = [str(INSTALLATION / "bin" / name), *options, "--host", str(server.host or server.query["host"])]
    command += ["--port", str(server.port or 5432), "--username", str(server.username), str(server.database)]
    environment = {"PGPASSWORD": server.password or ""}
    done = subprocess.run(command, env=environment, input=given, capture_output=True, encoding="utf-8", timeout=30)
    assert done.returncode == 0, done.stderr
    return done.stdout
