"""What operators see and do in a service's database: jobs, unexpected errors, audit entries, and what waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, Select, Table, TextClause, func, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.failures import translated
from chassis.db.tables import AUDIT_ENTRY, JOB, OUTBOX, RECORDED_ERROR
from chassis.errors import AppError, Kind

# Those that need somebody come first.
STATES = ("DEAD", "READY", "RUNNING", "DISCARDED", "DONE")

_CHANGED = "RETURNING id) SELECT id FROM changed"
# A job that runs may be taken away from its worker only when its lease has ended.
_TAKEABLE = "(state IN ('READY', 'DEAD', 'DISCARDED') OR (state = 'RUNNING' AND due_at <= now()))"
# As CTEs: psqlODBC tells no columns of an UPDATE … RETURNING that met no row.
_RETRY = text(
    "WITH changed AS (UPDATE job SET state = 'READY', due_at = now(), lease_token = NULL, discard_reason = NULL "
    f"WHERE id = CAST(:id AS bigint) AND {_TAKEABLE} AND secret IS DISTINCT FROM '' {_CHANGED}"
)
_DISCARD = text(
    "WITH changed AS (UPDATE job SET state = 'DISCARDED', due_at = now(), lease_token = NULL, "
    "secret = left(secret, 0), discard_reason = CAST(:reason AS text) "
    f"WHERE id = CAST(:id AS bigint) AND {_TAKEABLE} {_CHANGED}"
)
_OLDER = "WHERE time < now() - make_interval(secs => CAST(:age AS float8))"
# With its owner's rights: a service's own role cannot delete audit entries.
_PURGE_AUDIT = text("SELECT purge_audit_entries(CAST(:age AS float8), 1000)")
_PURGE_ERRORS = text(f"DELETE FROM recorded_error {_OLDER}")


class JobNotFound(AppError):
    kind, reason = Kind.NOT_FOUND, "JOB_NOT_FOUND"


class JobRunning(AppError):
    """Somebody runs it now."""

    kind, reason = Kind.FAILED_PRECONDITION, "JOB_RUNNING"


class JobSecretErased(AppError):
    """It was discarded, and what it needs was erased with that."""

    kind, reason = Kind.FAILED_PRECONDITION, "JOB_SECRET_ERASED"


class JobDone(AppError):
    """It has done its work; running it again could do that twice."""

    kind, reason = Kind.FAILED_PRECONDITION, "JOB_DONE"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """A job as operators see it."""

    id: int
    kind: str
    key: str
    payload: Any
    state: str
    attempts: int
    due_at: datetime
    created_on: datetime
    last_error: str | None
    discard_reason: str | None


def jobs_in(state: str, *, below: int | None, limit: int) -> Select[Any]:
    """The newest jobs of one of STATES, with ids below the one given."""
    # Written into the statement: only so does the planner know that a partial index has all of them.
    is_there = JOB.c.state == literal_column(f"'{STATES[STATES.index(state)]}'")
    query = select(*(JOB.c[name] for name in JobView.__slots__)).where(is_there)
    if below is not None:
        query = query.where(JOB.c.id < below)
    return query.order_by(JOB.c.id.desc()).limit(limit)


class SqlOps:
    """The operator's side of the chassis's tables."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def jobs(
        self, *, state: str | None, after: tuple[int, int] | None, limit: int
    ) -> tuple[list[JobView], tuple[int, int] | None]:
        """Jobs of one state or of all, in the order of STATES, the newest of each first.

        Answers also the key to go on after, None at the end.
        """
        found: list[JobView] = []
        first, below = after or (0, None)
        for rank in range(first, len(STATES)):
            if state in (None, STATES[rank]) and len(found) <= limit:
                found += await self._jobs_in(STATES[rank], below=below, limit=limit + 1 - len(found))
            below = None
        page = found[:limit]
        more = len(found) > limit
        return page, (STATES.index(page[-1].state), page[-1].id) if more else None

    async def retry(self, job_id: int) -> JobView:
        """Makes a job due now, that is not done and that nobody runs.

        Raises JobNotFound, JobRunning, JobDone and JobSecretErased.
        """
        return await self._change(_RETRY, {"id": job_id})

    async def discard(self, job_id: int, reason: str) -> JobView:
        """Sees to it that a job is not run again. Refuses like `retry`."""
        return await self._change(_DISCARD, {"id": job_id, "reason": reason})

    async def errors(self, *, before: int | None, limit: int) -> Sequence[RowMapping]:
        """Unexpected errors, newest first, older than the one whose id is given."""
        return await self._newest(RECORDED_ERROR, before, limit)

    async def audit_entries(self, *, before: int | None, limit: int) -> Sequence[RowMapping]:
        """Audit entries, like `errors`."""
        return await self._newest(AUDIT_ENTRY, before, limit)

    async def jobs_by_state(self) -> Mapping[str, int]:
        with translated():
            async with self._engine.connect() as connection:
                rows = await connection.execute(select(JOB.c.state, func.count().label("jobs")).group_by(JOB.c.state))
                return dict.fromkeys(STATES, 0) | {row.state: row.jobs for row in rows}

    async def outbox_pending(self) -> int:
        """How many events have no place in the feed yet."""
        with translated():
            async with self._engine.connect() as connection:
                count = select(func.count()).select_from(OUTBOX).where(OUTBOX.c.position.is_(None))
                return await connection.scalar(count) or 0

    async def purge(self, *, audit_older_than: timedelta, errors_older_than: timedelta) -> None:
        """Deletes audit entries and errors that are older."""
        async with self._engine.begin() as connection:
            while await connection.scalar(_PURGE_AUDIT, {"age": audit_older_than.total_seconds()}):
                continue
            await connection.execute(_PURGE_ERRORS, {"age": errors_older_than.total_seconds()})

    async def _jobs_in(self, state: str, *, below: int | None, limit: int) -> list[JobView]:
        with translated():
            async with self._engine.connect() as connection:
                rows = await connection.execute(jobs_in(state, below=below, limit=limit))
                return [JobView(**row) for row in rows.mappings()]

    async def _change(self, statement: TextClause, parameters: Mapping[str, Any]) -> JobView:
        with translated():
            async with self._engine.begin() as connection:
                changed = (await connection.execute(statement, parameters)).first() is not None
                query = select(*(JOB.c[name] for name in JobView.__slots__)).where(JOB.c.id == parameters["id"])
                row = (await connection.execute(query)).mappings().first()
        if row is None:
            raise JobNotFound(f"there is no job {parameters['id']}", metadata={"id": str(parameters["id"])})
        job = JobView(**row)
        if not changed:
            raise _refusal(job)
        return job

    async def _newest(self, table: Table, before: int | None, limit: int) -> Sequence[RowMapping]:
        query = select(table).order_by(table.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(table.c.id < before)
        with translated():
            async with self._engine.connect() as connection:
                return (await connection.execute(query)).mappings().all()


def _refusal(job: JobView) -> AppError:
    if job.state == "DONE":
        return JobDone(f"job {job.id} is done", metadata={"id": str(job.id)})
    if job.state == "DISCARDED":
        message = f"job {job.id} was discarded, and its secret was erased: what it was to do has to be asked for again"
        return JobSecretErased(message, metadata={"id": str(job.id)})
    return JobRunning(
        f"job {job.id} is being run; if its worker died it is taken over after {job.due_at.isoformat()}",
        metadata={"id": str(job.id)},
    )
