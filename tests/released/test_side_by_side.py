"""Migrations leave all that the oldest version needs that may serve at the same time, so that no upgrade needs a pause.

tests/e2e/test_rolling_versions.py lets both versions serve under load.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from chassis.db.engine import make_engine
from deploy.schemas import alembic_config, upgrade
from tests.conftest import EngineAt, Postgres
from tests.released.side_by_side import REVISIONS, Shape
from tests.released.test_upgrade import SCHEMAS


@pytest.mark.parametrize("database", REVISIONS)
async def test_migrations_take_nothing_away(postgres: Postgres, database: str) -> None:
    versions, oldest = SCHEMAS[database].versions, REVISIONS[database]
    if ScriptDirectory.from_config(alembic_config(versions)).get_current_head() == oldest:
        return
    name = await postgres.create()
    older = await shape_of(postgres.url(name), versions, oldest)
    present = await shape_of(postgres.url(name), versions, "heads")
    await postgres.drop(name)

    assert list(present.lacks_for(older)) == []


async def shape_of(url: str, versions: Path, until: str) -> Shape:
    await upgrade(url, versions, until)
    engine = make_engine(url, application_name="tests", pool_size=1)
    async with engine.connect() as connection:
        shape = await connection.run_sync(Shape.of)
    await engine.dispose()
    return shape


@pytest.mark.parametrize(
    ("change", "noticed"),
    [
        ("ALTER TABLE job DROP COLUMN secret", ["job.secret was text, and is gone"]),
        ("ALTER TABLE job RENAME COLUMN lane TO queue", ["job.lane was text, and is gone"]),
        ("ALTER TABLE job ALTER COLUMN attempts TYPE text", ["job.attempts was integer, and is text"]),
        ("ALTER TABLE job ADD COLUMN wanted text", []),
        ("ALTER TABLE job ADD COLUMN wanted text NOT NULL DEFAULT ''", []),
        ("ALTER TABLE job ADD COLUMN wanted text NOT NULL", ["job.wanted needs a value"]),
        ("ALTER TABLE job ALTER COLUMN lane SET NOT NULL", ["job.lane needs a value"]),
        ("CREATE UNIQUE INDEX one ON job (lane)", ["one of job refuses more: CREATE UNIQUE INDEX one ON public.job"]),
        ("ALTER TABLE job ADD CONSTRAINT few CHECK (attempts < 9)", ["few of job refuses more: CHECK"]),
        ("CREATE TABLE another (id bigint PRIMARY KEY CHECK (id > 0))", []),
        (
            "DROP FUNCTION take_turn",
            ["take_turn(OUT last_id bigint, OUT own bigint, OUT oldest_open bigint) was record"],
        ),
    ],
)
async def test_what_is_taken_away_is_noticed(engine_at: EngineAt, change: str, noticed: list[str]) -> None:
    def before_and_after(connection: Connection) -> list[str]:
        older = Shape.of(connection)
        connection.execute(text(change))
        return list(Shape.of(connection).lacks_for(older))

    async with (await engine_at(SCHEMAS["easyorder_order_write"].versions, "heads")).connect() as connection:
        found = await connection.run_sync(before_and_after)
        await connection.rollback()

    assert len(found) == len(noticed), found
    assert all(what.startswith(start) for what, start in zip(found, noticed, strict=True)), found
