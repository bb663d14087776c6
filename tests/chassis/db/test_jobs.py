"""Jobs in PostgreSQL keep the contract, and handle faults that only a database has."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.jobs import JobOutcome
from tests.chassis.job_bench import SqlJobBench
from tests.chassis.job_contract import JobStoreContract, a_job, claimed


@pytest.fixture
def bench(chassis_engine: AsyncEngine) -> SqlJobBench:
    return SqlJobBench(chassis_engine)


class TestSqlJobStore(JobStoreContract):
    pass


async def test_a_claim_does_not_wait_for_a_job_that_another_transaction_has(bench: SqlJobBench) -> None:
    await bench.write(a_job("held", delay_s=1), a_job("free", delay_s=1))
    await bench.elapse(1)

    async with bench.engine.begin() as other:
        await other.execute(text("SELECT id FROM job WHERE key = 'held' FOR UPDATE"))
        async with asyncio.timeout(5):
            assert [job.key for job in await claimed(bench)] == ["free"]


async def test_claims_take_what_has_been_due_longest(bench: SqlJobBench) -> None:
    await bench.write(*(a_job(f"k-{number}", delay_s=1 + (number * 7) % 20) for number in range(20)))
    await bench.elapse(100)

    jobs = await claimed(bench, limit=5)
    assert {job.key for job in jobs} == {f"k-{number}" for number in sorted(range(20), key=lambda n: n * 7 % 20)[:5]}


async def test_jobs_of_a_transaction_that_failed_do_not_exist(bench: SqlJobBench) -> None:
    async with bench.open_uow() as uow:
        uow.schedule(a_job(delay_s=1))
    await bench.elapse(1)

    assert await bench.jobs() == {}
    assert bench.committed == []


async def test_a_job_is_settled_with_its_effect_or_not_at_all(bench: SqlJobBench) -> None:
    (lease,) = await bench.write(a_job())

    async with bench.open_uow() as uow:
        uow.settle(JobOutcome(lease))
    assert (await bench.jobs())["charge", "k-1"].state == "RUNNING"
