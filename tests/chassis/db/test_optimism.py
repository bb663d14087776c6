"""Optimistic sessions lock nothing and write all or nothing, and only if the rows they read are unchanged."""

from __future__ import annotations

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text, select, text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis.db.engine import make_sessions
from chassis.db.failures import translated
from chassis.db.hilo import HiLo
from chassis.db.jobs import JobWriter
from chassis.db.migrate import chassis_sql
from chassis.db.tables import JOB
from chassis.db.unit_of_work import SqlUnitOfWork, sql_units_of_work
from chassis.db.writes import UNLOCKED, enqueue_insert, enqueue_update
from chassis.errors import Conflict
from chassis.jobs import JobLease, JobOutcome, LeaseLost, NewJob
from chassis.unit_of_work import NeedsTransaction, OpenUnitOfWork

METADATA = MetaData()
FRUIT = Table(
    "fruit",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("row_version", Integer, nullable=False, server_default="1"),
)
Open = OpenUnitOfWork[SqlUnitOfWork]


class Base(DeclarativeBase):
    pass


class Nut(Base):
    __tablename__ = "nut"

    id: Mapped[int] = mapped_column(primary_key=True)


@pytest.fixture
async def opened(chassis_engine: AsyncEngine) -> Open:
    """Optimistic units of work on a table with one fruit."""
    async with chassis_engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
        await connection.run_sync(Base.metadata.create_all)
        await connection.execute(text(chassis_sql("0003_row_version")))
        trigger = "CREATE TRIGGER trg_count_version BEFORE UPDATE ON fruit FOR EACH ROW"
        await connection.execute(text(f"{trigger} EXECUTE FUNCTION count_version()"))
        await connection.execute(FRUIT.insert(), {"id": 1, "name": "fig"})
    return sql_units_of_work(
        SqlUnitOfWork,
        make_sessions(chassis_engine),
        jobs=JobWriter(HiLo(chassis_engine, "job_hilo")),
    )


async def fruit(engine: AsyncEngine) -> dict[int, str]:
    async with engine.connect() as connection:
        return {row.id: row.name for row in await connection.execute(select(FRUIT))}


async def rename(uow: SqlUnitOfWork, name: str, *, expected_version: int) -> None:
    row = {"id": 1, "name": name, "row_version": expected_version}
    await enqueue_update(uow.session, FRUIT, [row], match=["id", "row_version"])


async def test_what_was_looked_at_may_be_changed_by_others_at_once(opened: Open, chassis_engine: AsyncEngine) -> None:
    async with opened(optimistic=True) as uow, opened(optimistic=True) as other:
        await uow.session.execute(select(FRUIT), execution_options=UNLOCKED)
        await rename(other, "lime", expected_version=1)
        await other.commit()

        assert await fruit(chassis_engine) == {1: "lime"}


async def test_a_change_of_what_has_changed_meanwhile_is_a_conflict_and_leaves_nothing(
    opened: Open, chassis_engine: AsyncEngine
) -> None:
    async with opened(optimistic=True) as other:
        await rename(other, "lime", expected_version=1)
        await other.commit()

    async with opened(optimistic=True) as uow:
        uow.schedule(NewJob(kind="eat", key="1", payload={}))
        await rename(uow, "date", expected_version=1)
        with pytest.raises(Conflict), translated():
            await uow.commit()

    assert await fruit(chassis_engine) == {1: "lime"}
    async with chassis_engine.connect() as connection:
        assert (await connection.execute(select(JOB.c.id))).all() == []


async def test_a_lost_lease_leaves_nothing(opened: Open, chassis_engine: AsyncEngine) -> None:
    async with opened(optimistic=True) as uow:
        await enqueue_insert(uow.session, FRUIT, [{"id": 2, "name": "plum"}])
        uow.settle(JobOutcome(JobLease(7, "somebody's")))
        with pytest.raises(LeaseLost), translated():
            await uow.commit()

    assert await fruit(chassis_engine) == {1: "fig"}


async def test_a_statement_that_does_not_say_that_it_needs_no_lock_is_refused(opened: Open) -> None:
    async with opened(optimistic=True) as uow:
        with pytest.raises(NeedsTransaction):
            await uow.session.execute(select(FRUIT).with_for_update())


async def test_a_change_outside_of_the_commit_is_refused(opened: Open, chassis_engine: AsyncEngine) -> None:
    async with opened(optimistic=True) as uow:
        with pytest.raises(NeedsTransaction):
            await uow.session.execute(FRUIT.delete())

    assert await fruit(chassis_engine) == {1: "fig"}


async def test_entities_are_refused(opened: Open) -> None:
    async with opened(optimistic=True) as uow:
        uow.session.add(Nut(id=1))
        with pytest.raises(NeedsTransaction):
            await uow.commit()


async def test_whoever_would_read_what_is_not_written_yet_is_refused(opened: Open, chassis_engine: AsyncEngine) -> None:
    async with opened(optimistic=True) as uow:
        await enqueue_insert(uow.session, FRUIT, [{"id": 2, "name": "plum"}])
        with pytest.raises(NeedsTransaction):
            await uow.session.execute(select(FRUIT), execution_options=UNLOCKED)

    assert await fruit(chassis_engine) == {1: "fig"}


async def test_whoever_would_write_the_same_table_twice_is_refused(opened: Open, chassis_engine: AsyncEngine) -> None:
    async with opened(optimistic=True) as uow:
        await rename(uow, "lime", expected_version=1)
        with pytest.raises(NeedsTransaction):
            await rename(uow, "date", expected_version=2)

    assert await fruit(chassis_engine) == {1: "fig"}


async def test_without_a_commit_nothing_is_written(opened: Open, chassis_engine: AsyncEngine) -> None:
    async with opened(optimistic=True) as uow:
        await rename(uow, "lime", expected_version=1)

    assert await fruit(chassis_engine) == {1: "fig"}
