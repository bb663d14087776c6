"""Jobs in SQL: claims skip what others hold, and a lease that ended settles nothing."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from chassis.db.bulk import as_json
from chassis.db.failures import translated
from chassis.db.hilo import HiLo
from chassis.db.tables import JOB
from chassis.jobs import Job, JobLease, NewJob

# As a CTE: psqlODBC tells no columns of an UPDATE … RETURNING that met no row.
_SETTLE = (
    "WITH settled AS (UPDATE job AS t SET state = '{state}', last_error = r.error, lease_token = NULL, "
    "due_at = now() + make_interval(secs => r.delay_s) "
    "FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(id bigint, token text, delay_s float8, error text) "
    "WHERE t.id = r.id AND t.lease_token = r.token RETURNING t.id) SELECT id FROM settled"
)
_COMPLETE = text(_SETTLE.format(state="DONE"))
_PUT_OFF = text(_SETTLE.format(state="READY"))
_BURY = text(_SETTLE.format(state="DEAD"))

_CLAIM = text(
    "WITH claimed AS (UPDATE job AS t SET state = 'RUNNING', attempts = t.attempts + 1, lease_token = :token, "
    "due_at = now() + make_interval(secs => CAST(:lease_s AS float8)) "
    # An array is made once; a subquery that the planner joins may run, and lock, more than once.
    "WHERE t.id = ANY(ARRAY(SELECT id FROM job WHERE state IN ('READY', 'RUNNING') AND due_at <= now() "
    "AND kind IN (SELECT jsonb_array_elements_text(CAST(:kinds AS jsonb))) "
    "AND (lane IS NULL OR NOT EXISTS (SELECT 1 FROM job AS ahead WHERE ahead.lane = job.lane "
    "AND ahead.turn < job.turn AND ahead.state IN ('READY', 'RUNNING'))) "
    "ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED)) "
    "RETURNING t.id, t.kind, t.key, t.payload, t.attempts) "
    "SELECT id, kind, key, payload, attempts FROM claimed"
)

# A job that is due at once is born leased to the process that writes it, unless it may have to wait in its lane.
_INSERT = text(
    "WITH written AS (INSERT INTO job (id, kind, key, payload, state, attempts, due_at, lease_token, lane, turn) "
    "SELECT id, kind, key, payload, CASE WHEN token IS NULL THEN 'READY' ELSE 'RUNNING' END, "
    "CASE WHEN token IS NULL THEN 0 ELSE 1 END, now() + make_interval(secs => delay_s), token, lane, turn "
    "FROM jsonb_to_recordset(CAST(:rows AS jsonb)) "
    "AS r(id bigint, kind text, key text, payload jsonb, token text, delay_s float8, lane text, turn bigint) "
    "ON CONFLICT (kind, key) DO NOTHING RETURNING id) SELECT id FROM written"
)
_HURRY = text(
    "WITH hurried AS (UPDATE job SET due_at = LEAST(due_at, now()) "
    "WHERE kind = :kind AND key = :key AND state = 'READY' RETURNING id) SELECT id FROM hurried"
)
_OPEN = "kind = :kind AND key = :key AND state IN ('READY', 'RUNNING', 'DEAD')"
_WITHDRAW = text(
    f"WITH withdrawn AS (UPDATE job SET state = 'DISCARDED', lease_token = NULL, due_at = now() WHERE {_OPEN} "
    "RETURNING payload) SELECT payload FROM withdrawn"
)
_IS_OPEN = text(f"SELECT EXISTS (SELECT FROM job WHERE {_OPEN})")
_PURGE = text(
    "DELETE FROM job WHERE state IN ('DONE', 'DISCARDED') "
    "AND due_at < now() - make_interval(secs => CAST(:age AS float8))"
)


def _row(lease: JobLease, delay_s: float = 0, error: str | None = None) -> dict[str, Any]:
    return {"id": lease.job_id, "token": lease.token, "delay_s": delay_s, "error": error}


class SqlJobLeases:
    """Settles and writes jobs in a transaction that somebody else commits."""

    def __init__(self, connection: AsyncSession | AsyncConnection) -> None:
        self._connection = connection

    async def complete(self, leases: Sequence[JobLease]) -> set[int]:
        return await self._settle(_COMPLETE, [_row(lease) for lease in leases])

    async def put_off(self, delays: Sequence[tuple[JobLease, float, str]]) -> set[int]:
        return await self._settle(_PUT_OFF, [_row(lease, delay_s, error) for lease, delay_s, error in delays])

    async def bury(self, errors: Sequence[tuple[JobLease, str]]) -> set[int]:
        return await self._settle(_BURY, [_row(lease, 0, error) for lease, error in errors])

    async def withdraw(self, kind: str, key: str) -> Mapping[str, Any] | None:
        named = {"kind": kind, "key": key}
        statement = _WITHDRAW.columns(payload=JOB.c.payload.type)
        payload: Mapping[str, Any] | None = (await self._connection.execute(statement, named)).scalar_one_or_none()
        return payload

    async def is_open(self, kind: str, key: str) -> bool:
        return bool((await self._connection.execute(_IS_OPEN, {"kind": kind, "key": key})).scalar_one())

    async def _settle(self, statement: TextClause, rows: Sequence[dict[str, Any]]) -> set[int]:
        if not rows:
            return set()
        return set((await self._connection.execute(statement, {"rows": as_json(rows)})).scalars())


class JobWriter:
    """Writes new jobs. Those that are due come back leased to this process, to be run after the commit."""

    def __init__(self, ids: HiLo, *, lease_s: float = 20) -> None:
        self._ids = ids
        self._lease_s = lease_s
        self._token = uuid.uuid4().hex

    async def write(self, session: AsyncSession, jobs: Sequence[NewJob]) -> list[Job]:
        ids = [await self._ids.next(session) for _ in jobs]
        rows = [
            {
                "id": job_id,
                "kind": job.kind,
                "key": job.key,
                "payload": job.payload,
                "token": None if _waits(job) else self._token,
                "delay_s": job.delay_s if _waits(job) else self._lease_s,
                "lane": job.lane,
                "turn": job.turn,
            }
            for job_id, job in zip(ids, jobs, strict=True)
        ]
        written = set((await session.execute(_INSERT, {"rows": as_json(rows)})).scalars())
        lease_end = datetime.now(UTC) + timedelta(seconds=self._lease_s)
        return [
            Job(
                kind=job.kind,
                key=job.key,
                payload=job.payload,
                attempt=1,
                lease=JobLease(job_id, self._token),
                lease_end=lease_end,
            )
            for job_id, job in zip(ids, jobs, strict=True)
            if not _waits(job) and job_id in written
        ]


def _waits(job: NewJob) -> bool:
    return bool(job.delay_s) or job.lane is not None


class SqlJobStore:
    """The jobs of a database, each call in a transaction of its own."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def claim(self, kinds: Sequence[str], *, limit: int, lease_s: float) -> Sequence[Job]:
        token = uuid.uuid4().hex
        lease_end = datetime.now(UTC) + timedelta(seconds=lease_s)
        arguments = {"token": token, "lease_s": lease_s, "kinds": as_json(list(kinds)), "limit": limit}
        with translated():
            async with self._engine.begin() as connection:
                rows = (await connection.execute(_CLAIM.columns(payload=JOB.c.payload.type), arguments)).all()
        return [
            Job(
                kind=row.kind,
                key=row.key,
                payload=row.payload,
                attempt=row.attempts,
                lease=JobLease(row.id, token),
                lease_end=lease_end,
            )
            for row in rows
        ]

    async def hurry(self, kind: str, key: str) -> bool:
        with translated():
            async with self._engine.begin() as connection:
                return (await connection.execute(_HURRY, {"kind": kind, "key": key})).first() is not None

    async def complete(self, leases: Sequence[JobLease]) -> set[int]:
        async with self._leases() as jobs:
            return await jobs.complete(leases)

    async def put_off(self, delays: Sequence[tuple[JobLease, float, str]]) -> set[int]:
        async with self._leases() as jobs:
            return await jobs.put_off(delays)

    async def bury(self, errors: Sequence[tuple[JobLease, str]]) -> set[int]:
        async with self._leases() as jobs:
            return await jobs.bury(errors)

    @asynccontextmanager
    async def _leases(self) -> AsyncIterator[SqlJobLeases]:
        with translated():
            async with self._engine.begin() as connection:
                yield SqlJobLeases(connection)

    async def purge(self, *, older_than: timedelta) -> None:
        """Deletes jobs that ended well so long ago that nobody will look."""
        async with self._engine.begin() as connection:
            await connection.execute(_PURGE, {"age": older_than.total_seconds()})
