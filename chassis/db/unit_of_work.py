"""The SQL unit of work: one session, one transaction, and one commit that includes events and jobs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Hashable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from chassis.audit import AuditEntry
from chassis.db.bulk import as_json, columns_of
from chassis.db.failures import translated
from chassis.db.jobs import JobWriter, enqueue_outcomes
from chassis.db.tables import AUDIT_ENTRY, IDEMPOTENCY_KEY, JOB, OUTBOX
from chassis.db.writes import UNLOCKED, OptimisticSession, enqueue_insert, send_writes
from chassis.events import Event
from chassis.idempotency import IdempotentResponse, RequestKey
from chassis.jobs import Job, JobOutcome, NewJob
from chassis.unit_of_work import OpenUnitOfWork
from telemetry import traces

_FIND_RESPONSES = text(
    "SELECT id, fingerprint, answer FROM idempotency_key "
    "WHERE id IN (SELECT jsonb_array_elements_text(CAST(:ids AS jsonb)))"
)
# The position that the read side must reach (`x-easyorder-position`).
_POSITION = text("SELECT CAST(pg_current_xact_id() AS text)")
_IMPATIENT = text("SET LOCAL lock_timeout = '20ms'")


@dataclass(frozen=True, slots=True)
class Committed:
    """The result of a commit: jobs that are leased to this process, and the number of events."""

    jobs: Sequence[Job]
    events: int


def outbox_row(event: Event) -> dict[str, Any]:
    """The columns of the outbox, whose payload is the content."""
    columns = {name: getattr(event, name) for name in columns_of(event) if name != "content"}
    return columns | {"payload": f"\\x{event.content.hex()}"}


# Called right after a commit, so that the job runner, the feed and the projector begin at once.
OnCommit = Callable[[Committed], None]


class SqlUnitOfWork:
    """Services subclass it and add repositories on `self.session`."""

    def __init__(
        self, session: AsyncSession, *, after_commit: Sequence[OnCommit], jobs: JobWriter | None, has_read_side: bool
    ) -> None:
        self.session = session
        self._after_commit, self._job_writer, self._has_read_side = after_commit, jobs, has_read_side
        self._events: list[Event] = []
        self._jobs: list[NewJob] = []
        self._job_outcomes: list[JobOutcome] = []
        self._audit_entries: list[AuditEntry] = []

    def emit(self, *events: Event) -> None:
        # What reacts to them may be traced back to the command that emits them.
        traceparent = traces.traceparent()
        self._events.extend(replace(event, traceparent=traceparent) if traceparent else event for event in events)

    def schedule(self, *jobs: NewJob) -> None:
        self._jobs.extend(jobs)

    def settle(self, *outcomes: JobOutcome) -> None:
        self._job_outcomes.extend(outcomes)

    def audit(self, *entries: AuditEntry) -> None:
        self._audit_entries.extend(entries)

    async def find_responses(self, keys: Sequence[RequestKey]) -> Mapping[str, IdempotentResponse]:
        wanted = {"ids": as_json([key.id for key in keys])}
        # If another transaction adds the key after this read, writing the key here fails.
        rows = await self.session.execute(_FIND_RESPONSES, wanted, execution_options=UNLOCKED)
        return {row.id: IdempotentResponse(row.fingerprint, bytes(row.answer)) for row in rows}

    async def keep_responses(self, answers: Sequence[tuple[RequestKey, bytes]]) -> None:
        # A key that another transaction has added causes a unique violation, hence Conflict.
        rows = [{"id": k.id, "fingerprint": k.fingerprint, "answer": f"\\x{answer.hex()}"} for k, answer in answers]
        await enqueue_insert(self.session, IDEMPOTENCY_KEY, rows)

    async def find_locked(self, names: Collection[Hashable]) -> Mapping[Hashable, Hashable]:
        return {}  # for services in which no two commands of a batch need one row

    async def commit(self) -> str | None:
        await enqueue_insert(self.session, OUTBOX, [outbox_row(event) for event in self._events])
        await enqueue_insert(self.session, AUDIT_ENTRY, self._audit_entries)
        await enqueue_outcomes(self.session, self._job_outcomes)
        if self._jobs and self._job_writer is None:
            raise RuntimeError("this unit of work was opened without jobs")
        leased = await self._job_writer.enqueue(self.session, self._jobs) if self._job_writer and self._jobs else []
        # Entities first: queued rows may refer to them.
        if self.session.in_transaction():
            await self.session.flush()
        sent = await send_writes(self.session)
        position = sent.position
        if self._has_read_side and position is None:
            # Only the ORM has written.
            position = (await self.session.execute(_POSITION, execution_options=UNLOCKED)).scalar_one()
        if self.session.in_transaction():
            await self.session.commit()
        written = sent.ids.get(JOB.name, set())
        committed = Committed([job for job in leased if job.lease.job_id in written], len(self._events))
        for listener in self._after_commit:
            listener(committed)
        return position if self._has_read_side else None


SqlUow = TypeVar("SqlUow", bound=SqlUnitOfWork)


def sql_units_of_work(
    make: Callable[..., SqlUow],
    sessions: async_sessionmaker[AsyncSession],
    *,
    after_commit: Sequence[OnCommit] = (),
    jobs: JobWriter | None = None,
    has_read_side: bool = False,
) -> OpenUnitOfWork[SqlUow]:
    """The units of work for a Mediator. Database failures leave the block as AppErrors."""
    engine: AsyncEngine = sessions.kw["bind"]
    in_autocommit = engine.execution_options(isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def open_uow(*, optimistic: bool = False, impatient: bool = False) -> AsyncIterator[SqlUow]:
        with translated():
            async with OptimisticSession(in_autocommit) if optimistic else sessions() as session:
                if impatient:
                    await session.execute(_IMPATIENT)
                yield make(session, after_commit=after_commit, jobs=jobs, has_read_side=has_read_side)

    return open_uow
