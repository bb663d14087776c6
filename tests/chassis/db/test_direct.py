"""Single statements give the same rows and errors whether asyncpg runs them directly or SQLAlchemy does, over ODBC."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from unittest.mock import AsyncMock

import asyncpg
import pytest
from sqlalchemy import bindparam, text
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.context import Caller, RequestContext, request_context
from chassis.db.direct import run
from chassis.db.engine import fetch, make_engine
from chassis.db.failures import sqlstate
from chassis.db.ownership import UnfilteredStatement
from chassis.db.types import Amount, Json, UtcDateTime
from chassis.errors import Conflict, Locked, Unavailable
from tests.polling import eventually

_PID = text("SELECT pg_backend_pid() AS pid")
_END = text("SELECT pg_terminate_backend(CAST(:pid AS integer), 5000)")
_VALUES = text(
    "SELECT 7 AS number, CAST('1.50' AS numeric(18,2)) AS amount, CAST('2026-01-02 03:04:05+02' AS timestamptz) AS at, "
    "CAST('{\"a\": [1, 2.5]}' AS jsonb) AS document, CAST(NULL AS jsonb) AS nothing, "
    "CAST('\\x00ff' AS bytea) AS content, CAST(:name AS text) AS name"
).columns(amount=Amount, at=UtcDateTime, document=Json, nothing=Json)


@pytest.fixture
async def table(engine: AsyncEngine) -> str:
    await fetch(engine, text("CREATE TABLE crate (id bigint PRIMARY KEY, label text)"))
    return "crate"


@pytest.fixture
async def two(engine: AsyncEngine) -> AsyncIterator[AsyncEngine]:
    """An engine with two connections."""
    own = make_engine(engine.url, application_name="tests", pool_size=2, timeout_s=5, lock_timeout_s=0.2)
    yield own
    await own.dispose()


async def pid(engine: AsyncEngine) -> int:
    return int((await fetch(engine, _PID))[0].pid)


async def both_pids(engine: AsyncEngine) -> set[int]:
    """Those of both connections of an idle pool."""
    async with engine.connect() as one, engine.connect() as other:
        return {(await connection.execute(_PID)).scalar_one() for connection in (one, other)}


async def test_rows_have_values_of_our_types(engine: AsyncEngine) -> None:
    row: Any
    (row,) = await fetch(engine, _VALUES, {"name": "it's"})

    assert row._asdict() == {
        "number": 7,
        "amount": Decimal("1.50"),
        "at": datetime(2026, 1, 2, 1, 4, 5, tzinfo=UTC),
        "document": {"a": [1, 2.5]},
        "nothing": None,
        "content": b"\x00\xff",
        "name": "it's",
    }
    assert (row.number, tuple(row)[6], row.at.tzinfo) == (7, "it's", UTC)


async def test_what_finds_nothing_has_no_rows(engine: AsyncEngine) -> None:
    nothing = text("SELECT 1 AS one, 2 AS two WHERE false")

    assert list(await fetch(engine, nothing)) == []
    assert (await run(engine, nothing)).scalars().all() == []
    assert (await run(engine, nothing.columns())).first() is None


async def test_a_statement_is_committed_whether_it_returns_rows_or_not(engine: AsyncEngine, table: str) -> None:
    assert list(await fetch(engine, text(f"INSERT INTO {table} VALUES (:id)"), {"id": 1})) == []
    await fetch(engine, text(f"WITH new AS (INSERT INTO {table} VALUES (2) RETURNING id) SELECT id FROM new"))

    async with engine.connect() as another:
        assert (await another.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() == 2


async def test_a_parameter_is_converted_by_its_type(engine: AsyncEngine) -> None:
    typed = text("SELECT CAST(:at AS timestamptz) AS at").bindparams(bindparam("at", type_=UtcDateTime))

    with pytest.raises(StatementError, match="no offset"):
        await fetch(engine, typed, {"at": datetime(2026, 1, 2)})


async def test_a_statement_of_a_user_on_owned_rows_needs_a_reason(engine: AsyncEngine) -> None:
    await fetch(engine, text("CREATE TABLE parcel (id bigint, created_by text)"))
    everything = text("SELECT id FROM parcel")

    with request_context(RequestContext(caller=Caller.person("ann"), method="test")):
        with pytest.raises(UnfilteredStatement):
            await fetch(engine, everything)
        assert (await run(engine, everything, ownership="a test")).all() == []


async def test_a_refused_statement_keeps_its_connection(engine: AsyncEngine, table: str) -> None:
    one = make_engine(engine.url, application_name="tests", pool_size=1)
    before = await pid(one)
    add = text(f"INSERT INTO {table} VALUES (1)")
    await fetch(one, add)

    with pytest.raises(Conflict):
        await fetch(one, add)
    with pytest.raises(DBAPIError, match="nowhere") as defect:
        await fetch(one, text("SELECT * FROM nowhere WHERE secret = :secret"), {"secret": "hunter2"})

    assert "hunter2" not in str(defect.value)
    assert await pid(one) == before
    await one.dispose()


async def test_a_locked_row_is_not_waited_for_long(two: AsyncEngine, table: str) -> None:
    await fetch(two, text(f"INSERT INTO {table} VALUES (1)"))
    async with two.begin() as holder:
        await holder.execute(text(f"UPDATE {table} SET label = 'held'"))

        with pytest.raises(Locked):
            await fetch(two, text(f"UPDATE {table} SET label = 'late'"))


async def test_a_failed_server_costs_one_error_and_all_connections(engine: AsyncEngine, two: AsyncEngine) -> None:
    before = await both_pids(two)
    for each in before:
        await fetch(engine, _END, {"pid": each})

    with pytest.raises(Unavailable):
        await fetch(two, _PID)

    assert not (await both_pids(two)) & before


async def test_a_session_that_just_ended_is_unavailable_and_replaced(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """asyncpg has the server's last words, but not the end of the connection yet."""
    if engine.dialect.driver != "asyncpg":
        pytest.skip("an error of asyncpg")
    one = make_engine(engine.url, application_name="tests", pool_size=1)
    before = await pid(one)

    with monkeypatch.context() as patch:
        patch.setattr(asyncpg.Connection, "fetch", AsyncMock(side_effect=asyncpg.InternalClientError))
        with pytest.raises(Unavailable):
            await fetch(one, _PID)

    assert await pid(one) != before
    await one.dispose()


async def test_a_connection_that_ended_in_the_pool_costs_one_error(engine: AsyncEngine) -> None:
    one = make_engine(engine.url, application_name="tests", pool_size=1)
    async with one.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
    driver.terminate()

    with pytest.raises(Unavailable):
        await fetch(one, _PID)

    assert await pid(one)
    await one.dispose()


async def test_a_server_that_does_not_answer_is_unavailable(engine: AsyncEngine) -> None:
    nowhere = make_engine(engine.url.set(host="127.0.0.1", port=1, query={}), application_name="tests")
    with pytest.raises(Unavailable):
        await fetch(nowhere, _PID)
    await nowhere.dispose()


async def test_statements_are_planned_again_for_tables_that_have_grown(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    if engine.dialect.driver != "asyncpg":
        pytest.skip("nothing stays prepared over ODBC")
    monkeypatch.setattr("chassis.db.engine._PLANS_KEPT_S", 0.1)
    one = make_engine(engine.url, application_name="tests", pool_size=1)
    prepared = text(
        "SELECT prepare_time, 'of this one' AS it FROM pg_prepared_statements WHERE statement LIKE '%of this%'"
    )

    async def time() -> Any:
        return [row.prepare_time for row in await fetch(one, prepared)]

    first = await time()
    assert first

    async def is_newer() -> bool:
        return bool(await time() > first)

    await eventually(is_newer)
    await one.dispose()


async def test_a_server_that_stops_while_asyncpg_closes_statements_is_left(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which asyncpg does before the next one, without its own limit."""
    if engine.dialect.driver != "asyncpg":
        pytest.skip("of asyncpg")
    monkeypatch.setattr("chassis.db.engine._ANSWERS_WITHIN_S", 0)
    one = make_engine(engine.url, application_name="tests", pool_size=1, timeout_s=1)
    before = await pid(one)

    with monkeypatch.context() as patch:
        patch.setattr(asyncpg.Connection, "fetch", lambda *_: asyncio.Event().wait())
        with pytest.raises(Unavailable):
            await asyncio.wait_for(fetch(one, _PID), 10)

    assert await pid(one) != before
    await one.dispose()


async def test_a_failed_statement_does_not_tell_the_values_of_rows(engine: AsyncEngine, table: str) -> None:
    if engine.dialect.driver != "asyncpg":
        pytest.skip("psqlODBC tells them")
    await fetch(engine, text(f"ALTER TABLE {table} ADD CHECK (label <> 'hunter2')"))

    with pytest.raises(DBAPIError) as refused:
        await fetch(engine, text(f"INSERT INTO {table} VALUES (1, :label)"), {"label": "hunter2"})

    assert "hunter2" not in str(refused.value)
    assert "hunter2" not in repr(refused.value)
    assert sqlstate(refused.value) == "23514"


async def test_the_connection_of_a_cancelled_statement_is_not_used_again(engine: AsyncEngine) -> None:
    one = make_engine(engine.url, application_name="cancelled", pool_size=1)
    before = await pid(one)
    asleep = asyncio.ensure_future(fetch(one, text("SELECT pg_sleep(20)")))
    sleeping = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND application_name = 'cancelled'"

    async def is_asleep() -> bool:
        return bool((await fetch(engine, text(sleeping)))[0][0])

    await eventually(is_asleep)
    asleep.cancel()
    await asyncio.gather(asleep, return_exceptions=True)

    assert await asyncio.wait_for(pid(one), 10) != before
    await one.dispose()
