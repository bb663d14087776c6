"""The SQL unit of work: one session, one transaction, one commit that also carries events and jobs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from chassis.audit import AuditEntry
from chassis.db.audit import write_audit_entries
from chassis.db.failures import Refusals, translated
from chassis.db.idempotency import SqlKeptAnswers
from chassis.db.jobs import JobWriter, SqlJobLeases
from chassis.db.outbox import write_events
from chassis.events import Event
from chassis.jobs import Job, NewJob

_POSITION = text("SELECT CAST(pg_current_xact_id() AS text)")


@dataclass(frozen=True, slots=True)
class Committed:
    """What a commit made durable: jobs that this process holds the lease of, and how many events."""

    jobs: Sequence[Job]
    events: int


class AfterCommit:
    """Whoever wants to know of a commit at once: the job runner, the relay, the projector."""

    def __init__(self) -> None:
        self.listeners: list[Callable[[Committed], None]] = []

    def tell(self, committed: Committed) -> None:
        for listener in self.listeners:
            listener(committed)


class SqlUnitOfWork:
    """Services derive theirs and add repositories on `self.session`."""

    # What the violation of a named constraint means to the caller.
    refusals: ClassVar[Refusals] = {}

    def __init__(
        self, session: AsyncSession, *, after_commit: AfterCommit, jobs: JobWriter | None, has_read_side: bool
    ) -> None:
        self.session = session
        self.kept_answers = SqlKeptAnswers(session)
        self.job_leases = SqlJobLeases(session)
        self._after_commit = after_commit
        self._job_writer = jobs
        self._has_read_side = has_read_side
        self._events: list[Event] = []
        self._jobs: list[NewJob] = []
        self._audit_entries: list[AuditEntry] = []

    def emit(self, *events: Event) -> None:
        self._events.extend(events)

    def schedule(self, *jobs: NewJob) -> None:
        self._jobs.extend(jobs)

    def audit(self, *entries: AuditEntry) -> None:
        self._audit_entries.extend(entries)

    async def commit(self) -> str | None:
        written: list[Job] = []
        if self._events:
            await write_events(self.session, self._events)
        if self._audit_entries:
            await write_audit_entries(self.session, self._audit_entries)
        if self._jobs:
            if self._job_writer is None:
                raise RuntimeError("this unit of work was opened without jobs")
            written = await self._job_writer.write(self.session, self._jobs)
        await self.session.flush()
        position = (await self.session.execute(_POSITION)).scalar_one() if self._has_read_side else None
        await self.session.commit()
        self._after_commit.tell(Committed(written, len(self._events)))
        return position


SqlUow = TypeVar("SqlUow", bound=SqlUnitOfWork)


def sql_units_of_work(
    make: type[SqlUow],
    sessions: async_sessionmaker[AsyncSession],
    *,
    after_commit: AfterCommit,
    jobs: JobWriter | None = None,
    has_read_side: bool = False,
) -> Callable[[], AbstractAsyncContextManager[SqlUow]]:
    """What a Mediator opens. The database's refusals leave the block as AppErrors."""

    @asynccontextmanager
    async def open_uow() -> AsyncIterator[SqlUow]:
        with translated(make.refusals):
            async with sessions() as session:
                yield make(session, after_commit=after_commit, jobs=jobs, has_read_side=has_read_side)

    return open_uow
