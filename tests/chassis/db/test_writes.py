"""Queued writes: one statement for many tables, and no read misses a queued write."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import Column, Engine, Integer, MetaData, Table, Text, event, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from chassis.db.engine import make_sessions
from chassis.db.failures import translated
from chassis.db.unit_of_work import SqlUnitOfWork, sql_units_of_work
from chassis.db.writes import enqueue_insert, enqueue_update, enqueue_write, send_writes
from chassis.errors import Conflict
from tests.chassis.db.parcels import ANN, BEN, Parcel, calling

METADATA = MetaData()
FRUIT = Table("fruit", METADATA, Column("id", Integer, primary_key=True), Column("name", Text, nullable=False))
NUT = Table("nut", METADATA, Column("id", Integer, primary_key=True), Column("name", Text, nullable=False))
EAT = (
    "DELETE FROM fruit AS t USING jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(id int) "
    "WHERE t.id = r.id RETURNING t.id"
)


@pytest.fixture
async def session(chassis_engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    async with chassis_engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
    async with make_sessions(chassis_engine)() as session:
        yield session


@pytest.fixture
def statements(chassis_engine: AsyncEngine) -> list[str]:
    seen: list[str] = []
    sync_engine: Engine = chassis_engine.sync_engine

    @event.listens_for(sync_engine, "before_cursor_execute")
    def see(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    return seen


async def names(session: AsyncSession, table: Table = FRUIT) -> dict[int, str]:
    return {row.id: row.name for row in await session.execute(select(table))}


async def test_all_tables_are_written_with_one_statement(session: AsyncSession, statements: list[str]) -> None:
    await enqueue_insert(session, FRUIT, [{"id": 1, "name": "fig"}])
    await enqueue_insert(session, NUT, [{"id": 1, "name": "pecan"}])
    await enqueue_insert(session, FRUIT, [{"id": 2, "name": "plum"}])
    sent = await send_writes(session)

    assert len(statements) == 1
    assert sent.position is not None
    assert sent.position.isdecimal()
    assert await names(session) == {1: "fig", 2: "plum"}
    assert await names(session, NUT) == {1: "pecan"}


async def test_whoever_reads_sees_what_was_gathered_before(session: AsyncSession) -> None:
    await enqueue_insert(session, FRUIT, [{"id": 1, "name": "fig"}])

    assert await names(session) == {1: "fig"}


async def test_what_changes_a_table_again_sees_the_first_change(session: AsyncSession, statements: list[str]) -> None:
    await enqueue_insert(session, FRUIT, [{"id": 1, "name": "fig"}, {"id": 2, "name": "plum"}])
    await enqueue_update(session, FRUIT, [{"id": 1, "name": "date"}], match=["id"])
    await enqueue_update(session, FRUIT, [{"id": 1, "name": "lime"}], match=["id"])
    await send_writes(session)

    assert len(statements) == 3
    assert await names(session) == {1: "lime", 2: "plum"}


async def test_an_update_that_does_not_meet_each_row_changes_nothing(session: AsyncSession) -> None:
    await enqueue_insert(session, FRUIT, [{"id": 1, "name": "fig"}])
    await enqueue_insert(session, NUT, [{"id": 1, "name": "pecan"}])
    await session.commit()

    await enqueue_update(session, NUT, [{"id": 1, "name": "almond"}], match=["id"])
    await enqueue_update(session, FRUIT, [{"id": 1, "name": "date"}, {"id": 2, "name": "lime"}], match=["id"])
    with pytest.raises(Conflict), translated():
        await session.commit()
    await session.rollback()
    assert (await names(session), await names(session, NUT)) == ({1: "fig"}, {1: "pecan"})


async def test_an_update_may_add_to_what_is_there(session: AsyncSession) -> None:
    await enqueue_insert(session, FRUIT, [{"id": 1, "name": "fig"}])
    await enqueue_update(session, FRUIT, [{"name": "fig", "id": 4}], match=["name"], add=["id"])

    assert await names(session) == {5: "fig"}


async def test_an_update_tells_who_changed_a_row_and_when(sessions: async_sessionmaker[AsyncSession]) -> None:
    table = Parcel.metadata.tables["parcel"]
    async with sessions() as session:
        with calling(ANN):
            session.add(Parcel(label="a"))
            await session.commit()
        with calling(BEN):
            await enqueue_update(session, table, [{"id": 1, "label": "b"}], match=["id"], ownership="the only one")
            await session.commit()
        row = (await session.execute(select(table))).one()

    assert (row.label, row.created_by, row.modified_by, row.row_version) == ("b", "ann", "ben", 2)
    assert row.modified_on > row.created_on


async def test_ids_are_answered_by_name_wherever_in_the_transaction_they_were_sent(session: AsyncSession) -> None:
    await enqueue_insert(session, FRUIT, [{"id": 1, "name": "fig"}, {"id": 2, "name": "plum"}])
    await names(session)
    await enqueue_write(session, "eaten", EAT, [{"id": 1}])
    await names(session)
    await enqueue_write(session, "eaten", EAT, [{"id": 2}, {"id": 9}])

    assert (await send_writes(session)).ids == {"eaten": {1, 2}}


async def test_nothing_gathered_sends_nothing(session: AsyncSession, statements: list[str]) -> None:
    await enqueue_insert(session, FRUIT, [])

    assert (await send_writes(session)).position is None
    assert statements == []


async def test_one_part_that_is_refused_refuses_all(session: AsyncSession) -> None:
    await enqueue_insert(session, NUT, [{"id": 1, "name": "pecan"}])
    await enqueue_insert(session, FRUIT, [{"id": 1, "name": "fig"}, {"id": 1, "name": "plum"}])

    with pytest.raises(Conflict), translated():
        await send_writes(session)
    await session.rollback()
    assert await names(session, NUT) == {}


@pytest.mark.parametrize("gathered", [True, False], ids=["gathered", "all by the ORM"])
async def test_every_commit_tells_its_position(
    session: AsyncSession, chassis_engine: AsyncEngine, gathered: bool
) -> None:
    open_uow = sql_units_of_work(SqlUnitOfWork, make_sessions(chassis_engine), has_read_side=True)

    async with open_uow() as uow:
        if gathered:
            await enqueue_insert(uow.session, FRUIT, [{"id": 1, "name": "fig"}])
        else:
            await uow.session.execute(FRUIT.insert(), [{"id": 1, "name": "fig"}])
        wrote = str(await uow.session.scalar(text("SELECT pg_current_xact_id()::text")))
        assert await uow.commit() == wrote


async def test_a_commit_sends_what_nobody_sent(session: AsyncSession) -> None:
    await enqueue_insert(session, FRUIT, [{"id": 1, "name": "fig"}])
    await session.commit()

    assert await names(session) == {1: "fig"}
