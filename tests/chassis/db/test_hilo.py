"""HiLo: every id is unique across processes, and a caller with a connection never takes a second one."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import make_engine
from chassis.db.hilo import HiLo
from chassis.errors import Unavailable
from tests.chassis.job_bench import SqlJobBench
from tests.chassis.job_contract import a_job


@pytest.fixture
async def sequence(engine: AsyncEngine) -> str:
    async with engine.begin() as connection:
        await connection.execute(text("CREATE SEQUENCE parcel_hilo"))
    return "parcel_hilo"


async def test_every_id_is_handed_out_once_by_all_processes_together(engine: AsyncEngine, sequence: str) -> None:
    processes = [HiLo(engine, sequence, block=7) for _ in range(3)]

    ids = await asyncio.gather(*(process.next() for process in processes * 50))
    assert len(set(ids)) == 150
    assert min(ids) > 0


async def test_ids_of_one_process_grow(engine: AsyncEngine, sequence: str) -> None:
    ids = HiLo(engine, sequence, block=3)

    handed_out = [await ids.next() for _ in range(10)]
    assert handed_out == sorted(set(handed_out))


async def test_each_block_is_on_the_disk_before_its_ids_are_told(engine: AsyncEngine, sequence: str) -> None:
    """Also those of which the sequence writes no record: that of another process may not be there yet."""
    durable = make_engine(engine.url, application_name="tests", pool_size=1)
    async with durable.begin() as connection:  # the server of the tests does not wait for its disk
        await connection.execute(text("SET synchronous_commit = on"))
    blocks = HiLo(durable, sequence, block=1)
    for _ in range(3):
        async with engine.connect() as other:
            # Ends without a flush, as the transaction that waits for its own.
            await other.execute(text("SELECT pg_logical_emit_message(false, 'test', 'not flushed')"))
            written = await other.scalar(text("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')"))

        await blocks.next()

        async with engine.connect() as other:
            assert await other.scalar(text("SELECT pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')")) >= written
    await durable.dispose()


async def test_a_transaction_needs_one_connection_only(chassis_engine: AsyncEngine) -> None:
    alone = make_engine(chassis_engine.url, application_name="tests", pool_size=1)
    bench = SqlJobBench(alone)

    async with asyncio.timeout(4), bench.open_uow() as uow:
        await uow.session.execute(text("SELECT 1"))
        uow.schedule(a_job())
        await uow.commit()

    assert set(await bench.jobs()) == {("charge", "k-1")}
    await alone.dispose()


async def test_ids_of_a_database_that_is_away_are_unavailable() -> None:
    nowhere = make_engine("postgresql+asyncpg://nobody@127.0.0.1:1/none", application_name="tests")

    with pytest.raises(Unavailable):
        await HiLo(nowhere, "parcel_hilo").next()
