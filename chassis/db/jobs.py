"""Jobs in SQL: claims skip jobs that others have locked, and an expired lease cannot settle a job."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from time import monotonic
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from chassis.db.bulk import as_json, in_order
from chassis.db.engine import fetch
from chassis.db.failures import LEASE_LOST
from chassis.db.hilo import HiLo
from chassis.db.tables import JOB
from chassis.db.writes import enqueue_write
from chassis.jobs import Job, JobLease, JobOutcome, NewJob
from telemetry.traces import TRACEPARENT

# An erased secret is an empty text, and such a job never runs again; NULL means that there never was a secret.
# A dead job keeps its secret, so that an operator can retry it.
_SETTLE = (
    "UPDATE job AS t SET state = r.state, last_error = r.error, lease_token = NULL, "
    "secret = CASE r.state WHEN 'DONE' THEN left(t.secret, 0) ELSE t.secret END, "
    "due_at = now() + make_interval(secs => r.delay_s), set_at = now() "
    "FROM jsonb_to_recordset(CAST(:rows AS jsonb)) "
    "AS r(id bigint, token text, state text, delay_s float8, error text) "
    "WHERE t.id = r.id AND t.lease_token = r.token RETURNING t.id"
)
# As CTEs: psqlODBC reports no columns of an UPDATE … RETURNING that matched no row.
_SETTLE_NOW = text(f"WITH settled AS ({_SETTLE}) SELECT id FROM settled")
_CLAIM = text(
    "SELECT CAST(next_since AS text) AS since, id, kind, key, payload, attempts, secret "
    "FROM claim_jobs(CAST(:kinds AS jsonb), CAST(:limit AS integer), CAST(CAST(:since AS text) AS timestamptz), "
    "CAST(:lease_s AS float8), :token)"
).columns(*in_order("since id kind key payload attempts secret", payload=JOB.c.payload.type))
# At first, now and then, and after a failure, all due jobs are looked for: a clock was set, or a commit was late.
_ALL, _ALL_S = "-infinity", 10
# A job that is due at once is inserted with a lease for this process, unless it may have to wait in its lane.
_INSERT = (
    "INSERT INTO job (id, kind, key, payload, state, attempts, due_at, lease_token, lane, turn, secret) "
    "SELECT id, kind, key, payload, CASE WHEN token IS NULL THEN 'READY' ELSE 'RUNNING' END, "
    "CASE WHEN token IS NULL THEN 0 ELSE 1 END, now() + make_interval(secs => delay_s), token, lane, turn, secret "
    "FROM jsonb_to_recordset(CAST(:rows AS jsonb)) "
    "AS r(id bigint, kind text, key text, payload jsonb, token text, delay_s float8, lane text, turn bigint, "
    "secret text) "
    "ON CONFLICT (kind, key) DO NOTHING RETURNING id"
)
_WAKE = text(
    "WITH woken AS (UPDATE job SET due_at = LEAST(due_at, now()), set_at = now() "
    "WHERE kind = :kind AND key = :key AND state = 'READY' RETURNING id) SELECT id FROM woken"
)


async def enqueue_outcomes(session: AsyncSession, outcomes: Sequence[JobOutcome]) -> None:
    """Queues the outcomes; the write fails with LeaseLost if one of the leases is no longer valid."""
    if outcomes:
        # A name of its own: new jobs are queued under the table's name.
        await enqueue_write(session, "settled jobs", _SETTLE, _rows(outcomes), unless_all=LEASE_LOST)


def _claimed(row: Row[Any], lease: JobLease, lease_end_s: float) -> Job:
    traceparent = row.payload.pop(TRACEPARENT, "")
    return Job(row.kind, row.key, row.payload, row.attempts, lease, lease_end_s, row.secret or "", traceparent)


def _rows(outcomes: Sequence[JobOutcome]) -> list[dict[str, Any]]:
    return [
        {"id": of.lease.job_id, "token": of.lease.token, "state": of.state, "delay_s": of.delay_s, "error": of.error}
        for of in outcomes
    ]


class JobWriter:
    """Writes new jobs. Due jobs are leased to this process, which runs them after the commit."""

    def __init__(self, ids: HiLo, *, lease_s: float = 20) -> None:
        self._ids, self._lease_s, self._token = ids, lease_s, uuid.uuid4().hex

    async def enqueue(self, session: AsyncSession, jobs: Sequence[NewJob]) -> list[Job]:
        """Queues the jobs; returns the jobs that are leased to this process once they are written."""
        rows, leased = [], []
        lease_end_s = monotonic() + self._lease_s
        for job in jobs:
            lease = JobLease(await self._ids.next(session), self._token)
            waits = job.delay_s or job.partition_key is not None
            row = {name: getattr(job, name) for name in ("kind", "key", "payload", "turn", "delay_s")}
            if job.traceparent:
                row["payload"] = {**job.payload, TRACEPARENT: job.traceparent}
            row |= {"id": lease.job_id, "lane": job.partition_key, "secret": job.secret or None}
            rows.append(row if waits else row | {"token": self._token, "delay_s": self._lease_s})
            if not waits:
                traced = job.traceparent
                leased.append(Job(job.kind, job.key, job.payload, 1, lease, lease_end_s, job.secret, traced))
        await enqueue_write(session, JOB.name, _INSERT, rows)
        return leased


class SqlJobStore:
    """The jobs of a database. Each call is a single statement without BEGIN and COMMIT: one round trip."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._since, self._all_at = _ALL, 0.0

    async def claim(self, kinds: Sequence[str], *, limit: int, lease_s: float) -> Sequence[Job]:
        token = uuid.uuid4().hex
        lease_end_s = monotonic() + lease_s
        since, self._since = self._since, _ALL
        if monotonic() >= self._all_at:
            since, self._all_at = _ALL, monotonic() + _ALL_S
        wanted = {"token": token, "lease_s": lease_s, "kinds": as_json(list(kinds)), "limit": limit, "since": since}
        first, *rows = await fetch(self._engine, _CLAIM, wanted)
        self._since = first.since
        return [_claimed(row, JobLease(row.id, token), lease_end_s) for row in rows]

    async def settle(self, outcomes: Sequence[JobOutcome]) -> set[int]:
        return {row.id for row in await fetch(self._engine, _SETTLE_NOW, {"rows": as_json(_rows(outcomes))})}

    async def wake(self, kind: str, key: str) -> bool:
        return bool(await fetch(self._engine, _WAKE, {"kind": kind, "key": key}))
