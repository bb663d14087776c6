"""PostgreSQL itself counts the changes of every row with a version, whichever client makes them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import pytest
from sqlalchemy import text

from chassis.db.engine import make_engine

UNCOUNTED = text(
    """
    SELECT CAST(columns.table_name AS text) FROM information_schema.columns AS columns
    WHERE columns.table_schema = 'public' AND columns.column_name = 'row_version' AND columns.table_name <> 'change_log'
    AND NOT EXISTS (
        SELECT FROM pg_trigger WHERE tgrelid = CAST(columns.table_name AS regclass) AND tgname = 'trg_count_version'
    )
    """
)


@pytest.mark.parametrize(
    ("package", "database"),
    [
        ("identity_svc", "easyorder_identity"),
        ("inventory_svc", "easyorder_inventory_write"),
        ("order_svc", "easyorder_order_write"),
    ],
)
async def test_a_table_whose_rows_have_versions_has_the_trigger(
    databases_of: Callable[[str], Awaitable[Mapping[str, str]]], package: str, database: str
) -> None:
    engine = make_engine((await databases_of(package))[database], application_name="tests")
    async with engine.connect() as connection:
        uncounted = list(await connection.scalars(UNCOUNTED))
    await engine.dispose()

    assert uncounted == []


async def test_a_statement_that_does_not_know_of_versions_counts(
    databases_of: Callable[[str], Awaitable[Mapping[str, str]]],
) -> None:
    engine = make_engine((await databases_of("identity_svc"))["easyorder_identity"], application_name="tests")
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO team (id, name, created_on, created_by, modified_on, modified_by) "
                "VALUES (gen_random_uuid(), 'red', now(), 'ann', now(), 'ann')"
            )
        )
        for version in (2, 3):
            await connection.execute(text("UPDATE team SET name = 'blue', row_version = 1"))
            assert await connection.scalar(text("SELECT row_version FROM team")) == version
    await engine.dispose()
