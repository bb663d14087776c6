"""Jobs in SQL: claims skip what others hold, and a lease that ended settles nothing."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from chassis.db.bulk import as_json
from chassis.db.failures import LEASE_LOST, translated
from chassis.db.hilo import HiLo
from chassis.db.tables import JOB
from chassis.db.writes import enqueue_write
from chassis.jobs import Job, JobLease, NewJob

# A secret that was erased leaves an empty text behind, so that nobody runs the job without it; NULL: it never had one.
_ERASED = "left(t.secret, 0)"
_SETTLE = (
    "UPDATE job AS t SET state = '{state}', last_error = r.error, lease_token = NULL, secret = {secret}, "
    "due_at = now() + make_interval(secs => r.delay_s) "
    "FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(id bigint, token text, delay_s float8, error text) "
    "WHERE t.id = r.id AND t.lease_token = r.token RETURNING t.id"
)
_COMPLETE = _SETTLE.format(state="DONE", secret=_ERASED)
# One that is dead keeps its secret: without it an operator could not have it tried again.
_PUT_OFF, _DEAD_LETTER = (_SETTLE.format(state=state, secret="t.secret") for state in ("READY", "DEAD"))

_CLAIM = text(
    "WITH claimed AS (UPDATE job AS t SET state = 'RUNNING', attempts = t.attempts + 1, lease_token = :token, "
    "due_at = now() + make_interval(secs => CAST(:lease_s AS float8)) "
    # An array is made once; a subquery that the planner joins may run, and lock, more than once.
    "WHERE t.id = ANY(ARRAY(SELECT id FROM job WHERE state IN ('READY', 'RUNNING') AND due_at <= now() "
    "AND kind IN (SELECT jsonb_array_elements_text(CAST(:kinds AS jsonb))) "
    "AND (lane IS NULL OR NOT EXISTS (SELECT 1 FROM job AS ahead WHERE ahead.lane = job.lane "
    "AND ahead.turn < job.turn AND ahead.state IN ('READY', 'RUNNING'))) "
    "ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED)) "
    "RETURNING t.id, t.kind, t.key, t.payload, t.attempts, t.secret) "
    "SELECT id, kind, key, payload, attempts, secret FROM claimed"
)

# A job that is due at once is born leased to the process that writes it, unless it may have to wait in its lane.
_INSERT = (
    "INSERT INTO job (id, kind, key, payload, state, attempts, due_at, lease_token, lane, turn, secret) "
    "SELECT id, kind, key, payload, CASE WHEN token IS NULL THEN 'READY' ELSE 'RUNNING' END, "
    "CASE WHEN token IS NULL THEN 0 ELSE 1 END, now() + make_interval(secs => delay_s), token, lane, turn, secret "
    "FROM jsonb_to_recordset(CAST(:rows AS jsonb)) "
    "AS r(id bigint, kind text, key text, payload jsonb, token text, delay_s float8, lane text, turn bigint, "
    "secret text) "
    "ON CONFLICT (kind, key) DO NOTHING RETURNING id"
)
_HURRY = text(
    "WITH woken AS (UPDATE job SET due_at = LEAST(due_at, now()) "
    "WHERE kind = :kind AND key = :key AND state = 'READY' RETURNING id) SELECT id FROM woken"
)
_OPEN = "kind = :kind AND key = :key AND state IN ('READY', 'RUNNING', 'DEAD')"
_WITHDRAW = text(
    f"WITH present AS (SELECT id, coalesce(secret, '') AS secret FROM job WHERE {_OPEN} FOR UPDATE), "
    "withdrawn AS (UPDATE job SET state = 'DISCARDED', lease_token = NULL, due_at = now(), "
    "secret = left(job.secret, 0) FROM present WHERE job.id = present.id) SELECT secret FROM present"
)
_IS_OPEN = text(f"SELECT EXISTS (SELECT FROM job WHERE {_OPEN})")
_PURGE = text(
    "DELETE FROM job WHERE state IN ('DONE', 'DISCARDED') "
    "AND due_at < now() - make_interval(secs => CAST(:age AS float8))"
)


def _row(lease: JobLease, delay_s: float = 0, error: str | None = None) -> dict[str, Any]:
    return {"id": lease.job_id, "token": lease.token, "delay_s": delay_s, "error": error}


class SqlOpenJobs:
    """Jobs that have not ended, in a transaction that somebody else commits."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def withdraw(self, kind: str, key: str) -> str | None:
        secret: str | None = (await self._session.execute(_WITHDRAW, {"kind": kind, "key": key})).scalar_one_or_none()
        return secret

    async def is_open(self, kind: str, key: str) -> bool:
        return bool((await self._session.execute(_IS_OPEN, {"kind": kind, "key": key})).scalar_one())


class JobOutcomes:
    """How jobs end that are settled in the transaction of their effect: all of them, or that transaction is none."""

    def __init__(self) -> None:
        # By the name of the statement: of no job is more than one thing said.
        self._rows: dict[str, list[dict[str, Any]]] = {_COMPLETE: [], _PUT_OFF: [], _DEAD_LETTER: []}

    def complete(self, leases: Sequence[JobLease]) -> None:
        self._rows[_COMPLETE].extend(map(_row, leases))

    def put_off(self, lease: JobLease, delay_s: float, why: str) -> None:
        self._rows[_PUT_OFF].append(_row(lease, delay_s, why))

    def dead_letter(self, lease: JobLease, error: str) -> None:
        self._rows[_DEAD_LETTER].append(_row(lease, 0, error))

    async def enqueue(self, session: AsyncSession) -> None:
        """Adds to what the session writes, which fails with LeaseLost if one of the leases does not hold."""
        for statement, rows in self._rows.items():
            if rows:
                # Named apart from the jobs that are written, which are new ones.
                await enqueue_write(session, statement, statement, rows, unless_all=LEASE_LOST)


class JobWriter:
    """Writes new jobs. Those that are due come back leased to this process, to be run after the commit."""

    def __init__(self, ids: HiLo, *, lease_s: float = 20) -> None:
        self._ids = ids
        self._lease_s = lease_s
        self._token = uuid.uuid4().hex

    async def enqueue(self, session: AsyncSession, jobs: Sequence[NewJob]) -> list[Job]:
        """Adds to what the session writes; answers the jobs that are leased if they are written."""
        ids = [await self._ids.next(session) for _ in jobs]
        rows = [
            {
                "id": job_id,
                "kind": job.kind,
                "key": job.key,
                "payload": job.payload,
                "token": None if _waits(job) else self._token,
                "delay_s": job.delay_s if _waits(job) else self._lease_s,
                "lane": job.partition_key,
                "turn": job.turn,
                "secret": job.secret or None,
            }
            for job_id, job in zip(ids, jobs, strict=True)
        ]
        await enqueue_write(session, JOB.name, _INSERT, rows)
        lease_end = datetime.now(UTC) + timedelta(seconds=self._lease_s)
        return [
            Job(
                kind=job.kind,
                key=job.key,
                payload=job.payload,
                attempt=1,
                lease=JobLease(job_id, self._token),
                lease_end=lease_end,
                secret=job.secret,
            )
            for job_id, job in zip(ids, jobs, strict=True)
            if not _waits(job)
        ]


def _waits(job: NewJob) -> bool:
    return bool(job.delay_s) or job.partition_key is not None


class SqlJobStore:
    """The jobs of a database, each call in a transaction of its own."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        # Single statements: without BEGIN and COMMIT they cost one round trip.
        self._single = engine.execution_options(isolation_level="AUTOCOMMIT")

    async def claim(self, kinds: Sequence[str], *, limit: int, lease_s: float) -> Sequence[Job]:
        token = uuid.uuid4().hex
        lease_end = datetime.now(UTC) + timedelta(seconds=lease_s)
        arguments = {"token": token, "lease_s": lease_s, "kinds": as_json(list(kinds)), "limit": limit}
        with translated():
            async with self._single.connect() as connection:
                rows = (await connection.execute(_CLAIM.columns(payload=JOB.c.payload.type), arguments)).all()
        return [
            Job(
                kind=row.kind,
                key=row.key,
                payload=row.payload,
                attempt=row.attempts,
                lease=JobLease(row.id, token),
                lease_end=lease_end,
                secret=row.secret or "",
            )
            for row in rows
        ]

    async def wake(self, kind: str, key: str) -> bool:
        with translated():
            async with self._single.connect() as connection:
                return (await connection.execute(_HURRY, {"kind": kind, "key": key})).first() is not None

    async def complete(self, leases: Sequence[JobLease]) -> set[int]:
        return await self._settle(_COMPLETE, [_row(lease) for lease in leases])

    async def put_off(self, delays: Sequence[tuple[JobLease, float, str]]) -> set[int]:
        return await self._settle(_PUT_OFF, [_row(lease, delay_s, error) for lease, delay_s, error in delays])

    async def dead_letter(self, errors: Sequence[tuple[JobLease, str]]) -> set[int]:
        return await self._settle(_DEAD_LETTER, [_row(lease, 0, error) for lease, error in errors])

    async def _settle(self, statement: str, rows: Sequence[Mapping[str, Any]]) -> set[int]:
        # As a CTE: psqlODBC tells no columns of an UPDATE … RETURNING that met no row.
        settle = text(f"WITH settled AS ({statement}) SELECT id FROM settled")
        with translated():
            async with self._single.connect() as connection:
                return set((await connection.execute(settle, {"rows": as_json(rows)})).scalars())

    async def purge(self, *, older_than: timedelta) -> None:
        """Deletes jobs that ended well so long ago that nobody will look."""
        async with self._engine.begin() as connection:
            await connection.execute(_PURGE, {"age": older_than.total_seconds()})
