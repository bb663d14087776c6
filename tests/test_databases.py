"""A reused test database is like new for the next test, whatever the previous one did."""

from __future__ import annotations

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import make_engine
from tests.databases import Postgres, filled

_TABLES = (
    "CREATE TABLE colour (name text PRIMARY KEY)",
    "INSERT INTO colour VALUES ('red')",
    "CREATE TABLE shirt (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, colour text REFERENCES colour)",
    "CREATE SEQUENCE hilo",
)


async def lent(postgres: Postgres) -> str:
    async def create_tables(engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            for statement in _TABLES:
                await connection.execute(text(statement))

    return await postgres.lend("shirts", filled(create_tables))


async def done_on(postgres: Postgres, database: str, *statements: str) -> list[object]:
    """What the last one answers."""
    engine = make_engine(postgres.url(database), application_name="tests")
    try:
        async with engine.begin() as connection:
            for statement in statements:
                result = await connection.execute(text(statement))
            return list(result.scalars()) if result.returns_rows else []
    finally:
        await engine.dispose()


@pytest.mark.parametrize(
    "done",
    [
        ["INSERT INTO shirt (colour) VALUES ('red')", "SELECT nextval('hilo')"],
        ["INSERT INTO shirt (colour) SELECT 'red' FROM generate_series(1, 10000)"],
        ["DELETE FROM colour"],
        ["INSERT INTO colour VALUES ('blue')", "INSERT INTO shirt (colour) VALUES ('blue')"],
        ["ALTER TABLE shirt ADD COLUMN size text"],
        ["ALTER TABLE shirt ADD CONSTRAINT dear CHECK (id > 9)"],
        ["DROP TABLE shirt"],
        ["CREATE TABLE sock (id bigint)"],
        ["CREATE INDEX ix_shirt_colour ON shirt (colour)"],
        ["CREATE SCHEMA elsewhere"],
    ],
)
async def test_nothing_of_the_former_test_is_left(postgres: Postgres, done: list[str]) -> None:
    former = await lent(postgres)
    await done_on(postgres, former, *done)
    await postgres.take_back(former)

    database = await lent(postgres)

    assert await done_on(postgres, database, "SELECT name FROM colour") == ["red"]
    assert await done_on(postgres, database, "INSERT INTO shirt (colour) VALUES ('red') RETURNING id") == [1]
    assert await done_on(postgres, database, "SELECT nextval('hilo')") == [1]
    columns = "SELECT CAST(column_name AS text) FROM information_schema.columns WHERE table_schema <> 'pg_catalog'"
    assert set(await done_on(postgres, database, f"{columns} AND table_name IN ('shirt', 'sock')")) == {"id", "colour"}
    await postgres.take_back(database)


async def test_one_that_is_as_new_is_used_again(postgres: Postgres) -> None:
    former = await lent(postgres)
    await done_on(postgres, former, "INSERT INTO shirt (colour) VALUES ('red')")
    await postgres.take_back(former)

    again = await lent(postgres)

    assert again == former
    await postgres.take_back(again)


async def test_no_two_tests_have_the_same(postgres: Postgres) -> None:
    first, second = await lent(postgres), await lent(postgres)

    assert first != second
    await postgres.take_back(first)
    await postgres.take_back(second)


async def test_who_was_still_connected_is_no_longer(postgres: Postgres) -> None:
    former = await lent(postgres)
    left = await postgres.connect(former)
    transaction = left.transaction()
    await transaction.start()
    await left.execute("INSERT INTO shirt (colour) VALUES ('red')")

    await postgres.take_back(former)

    with pytest.raises((asyncpg.PostgresConnectionError, asyncpg.AdminShutdownError, asyncpg.InterfaceError)):
        await left.execute("SELECT 1")
