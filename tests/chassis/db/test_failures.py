"""Each failure of the database raises the same error with both drivers."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import QueuePool, insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from chassis.db.engine import make_engine
from chassis.db.failures import meaning_of, sqlstate, translated
from chassis.errors import Conflict, Unavailable
from tests.chassis.db.parcels import Parcel
from tests.polling import eventually

Sessions = async_sessionmaker[AsyncSession]


async def insert_twice(sessions: Sessions) -> None:
    async with sessions() as session:
        await session.execute(insert(Parcel), [{"label": "same"}])
        await session.execute(insert(Parcel), [{"label": "same"}])


async def test_a_unique_key_is_a_conflict(sessions: Sessions) -> None:
    with pytest.raises(Conflict), translated():
        await insert_twice(sessions)


async def test_a_broken_check_is_a_defect_and_stays_what_it_is(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE stock (held bigint CONSTRAINT enough CHECK (held >= 0))"))
    async with engine.connect() as connection:
        with pytest.raises(IntegrityError) as raised, translated():
            await connection.execute(text("INSERT INTO stock VALUES (-1)"))
    assert sqlstate(raised.value) == "23514"


async def test_a_deadlock_is_a_conflict(write: AsyncEngine) -> None:
    async with write.begin() as connection:
        await connection.execute(text("CREATE TABLE two (id bigint)"))
        await connection.execute(text("INSERT INTO two VALUES (1), (2)"))
    both = asyncio.Barrier(2)

    async def lock(first: int, second: int) -> str:
        try:
            with translated():
                async with write.begin() as connection:
                    await connection.execute(text("SET LOCAL deadlock_timeout = '50ms'"))
                    await connection.execute(text("UPDATE two SET id = id WHERE id = :id"), {"id": first})
                    await both.wait()
                    await connection.execute(text("UPDATE two SET id = id WHERE id = :id"), {"id": second})
        except Conflict:
            return "refused"
        return "done"

    assert sorted(await asyncio.gather(lock(1, 2), lock(2, 1))) == ["done", "refused"]


async def test_a_session_ended_by_an_operator_is_unavailable_and_the_next_one_works(engine: AsyncEngine) -> None:
    with pytest.raises(Unavailable), translated():
        async with engine.connect() as connection:
            await connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT 1"))).scalar_one() == 1


@pytest.mark.parametrize("level", ["AUTOCOMMIT", "REPEATABLE READ"])
async def test_a_connection_that_ends_between_statements_leaves_its_place_in_the_pool(
    engine: AsyncEngine, level: Any
) -> None:
    async with engine.execution_options(isolation_level=level).connect() as connection:
        pid = (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
        await connection.rollback()
        async with engine.begin() as operator:
            await operator.execute(text(f"SELECT pg_terminate_backend({pid}, 5000)"))

    assert isinstance(pool := engine.pool, QueuePool)
    assert pool.checkedout() == 0

    async def answers() -> bool:
        with suppress(Unavailable), translated():
            async with engine.connect() as connection:
                return bool(await connection.scalar(text("SELECT true")))
        return False

    await eventually(answers)


async def test_a_server_that_is_not_there_is_unavailable(engine: AsyncEngine) -> None:
    nowhere = make_engine(engine.url.set(host="127.0.0.1", port=1, query={}), application_name="tests")
    with pytest.raises(Unavailable), translated():
        async with nowhere.connect():
            pass
    await nowhere.dispose()


async def test_a_pool_that_is_used_up_is_unavailable() -> None:
    assert isinstance(meaning_of(PoolTimeout()), Unavailable)


async def test_errors_do_not_show_the_values_of_their_statement(engine: AsyncEngine) -> None:
    with pytest.raises(DBAPIError) as raised:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT * FROM nowhere WHERE secret = :secret"), {"secret": "hunter2"})
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize("hangs", ["in a statement", "between statements"])
async def test_a_transaction_that_hangs_is_rolled_back(engine: AsyncEngine, hangs: str) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE held (id bigint PRIMARY KEY)"))
    # Enough for a first connection and an insert, even while other tests keep the machine busy.
    limited = make_engine(engine.url, application_name="tests", timeout_s=0.5)
    async with limited.connect() as connection:
        await connection.execute(text("INSERT INTO held VALUES (1)"))
        if hangs == "between statements":
            # Waits for the one that hangs.
            async with engine.begin() as other:
                await other.execute(text("INSERT INTO held VALUES (1)"))
        with pytest.raises(Unavailable), translated():
            await connection.execute(text("SELECT pg_sleep(10)"))
    await limited.dispose()

    async with engine.connect() as connection:
        left = await connection.scalar(text("SELECT count(*) FROM held"))
    assert left == (hangs == "between statements")
