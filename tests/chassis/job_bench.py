"""Job stores for tests, in memory and in SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import make_sessions
from chassis.db.hilo import HiLo
from chassis.db.jobs import JobWriter, SqlJobStore
from chassis.db.tables import JOB
from chassis.db.unit_of_work import Committed, SqlUnitOfWork, sql_units_of_work
from chassis.jobs import Job, JobLease, JobOutcome, NewJob
from order_svc.adapters.open_jobs import SqlOpenJobs
from tests.chassis.job_contract import JobSeen
from tests.fakes.chassis import (
    ChassisState,
    FakeClock,
    InMemoryJobStore,
    InMemoryOpenJobs,
    InMemoryUnitOfWork,
    in_memory_units_of_work,
)

_PASSED = "(SELECT make_interval(secs => CAST(:seconds AS float8)) AS passed) AS time"


class InMemoryJobBench:
    def __init__(self) -> None:
        self.state = ChassisState()
        self.clock = FakeClock()
        self.store = InMemoryJobStore(self.state, self.clock)
        self.open_uow = in_memory_units_of_work(partial(InMemoryUnitOfWork, clock=self.clock), self.state)

    async def write(self, *jobs: NewJob) -> Sequence[JobLease]:
        known = len(self.state.jobs)
        async with self.open_uow() as uow:
            uow.schedule(*jobs)
            await uow.commit()
        return [JobLease(job.id, job.token) for job in self.state.jobs[known:] if job.token is not None]

    async def elapse(self, seconds: float) -> None:
        self.clock.advance(seconds)

    async def dead_letter(self, job: Job, error: str) -> None:
        await self.store.settle([JobOutcome(job.lease, "DEAD", error=error)])

    async def jobs(self) -> Mapping[tuple[str, str], JobSeen]:
        return {
            (job.kind, job.key): JobSeen(job.state, job.attempts, job.last_error, job.secret) for job in self.state.jobs
        }

    async def withdraw(self, kind: str, key: str) -> str | None:
        async with self.open_uow() as uow:
            secret = await InMemoryOpenJobs(self.state).withdraw(kind, key, "replaced")
            await uow.commit()
        return secret


class SqlJobBench:
    """On a database that has the chassis's tables. Time passes by moving what is due."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.store = SqlJobStore(engine)
        self.committed: list[Committed] = []
        self.open_uow = sql_units_of_work(
            SqlUnitOfWork,
            make_sessions(engine),
            after_commit=[self.committed.append],
            jobs=JobWriter(HiLo(engine, "job_hilo"), lease_s=60),
        )

    async def write(self, *jobs: NewJob) -> Sequence[JobLease]:
        async with self.open_uow() as uow:
            uow.schedule(*jobs)
            await uow.commit()
        return [job.lease for job in self.committed[-1].jobs]

    async def elapse(self, seconds: float) -> None:
        async with self.engine.begin() as connection:
            await connection.execute(
                text("UPDATE job SET due_at = due_at - passed, set_at = set_at - passed FROM " + _PASSED),
                {"seconds": seconds},
            )
        # Another process, which looks for all jobs.
        self.store = SqlJobStore(self.engine)

    async def jobs(self) -> Mapping[tuple[str, str], JobSeen]:
        async with self.engine.connect() as connection:
            rows = await connection.execute(select(JOB))
            return {(row.kind, row.key): JobSeen(row.state, row.attempts, row.last_error, row.secret) for row in rows}

    async def withdraw(self, kind: str, key: str) -> str | None:
        async with self.open_uow() as uow:
            secret = await SqlOpenJobs(uow.session).withdraw(kind, key, "replaced")
            await uow.commit()
        return secret
