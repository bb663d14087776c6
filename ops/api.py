"""OpsService, the same for every service: operators list and change jobs, errors and the audit; old rows are purged."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from easyorder.google.api import HttpBody
from easyorder.ops import v1
from sqlalchemy import Executable, RowMapping, Select, Text, cast, func, literal_column, select, text, union_all
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.audit import note_changes
from chassis.context import current
from chassis.db.bulk import as_json
from chassis.db.engine import fetch
from chassis.db.failures import translated
from chassis.db.tables import JOB
from chassis.errors import AppError, Conflict, InvalidArgument, Kind, Unimplemented
from chassis.page_tokens import PageTokens
from chassis.settings import MeshSettings
from chassis.validation import Rule
from ops.audit_checkpoints import write_checkpoints
from ops.audit_entries import entry_message, export_entries, list_entries
from ops.depths import OUTBOX_PENDING, QueueDepths
from ops.exports import exported
from ops.job_stream import JobStream
from ops.metric_samples import MetricHistory, MetricSamples
from ops.recorded_errors import error_message, list_recorded_errors
from telemetry import metrics
from telemetry.gauges import TEXT, Gauges, exposition

log = structlog.get_logger(__name__)

OPS = "easyorder.ops.v1.OpsService"
PURGE_BATCH = 1000
_PURGE = (
    "SELECT purged, CAST(upto AS text) FROM {function}(CAST(:age_s AS float8), CAST(:batch AS integer), "
    "CAST(CAST(:since AS text) AS timestamptz))"
)
_PAGE_SIZE = 20
_JOBS = PageTokens(tuple[int, int])
_METHODS = (
    "list_jobs",
    "watch_jobs",
    "retry_job",
    "discard_job",
    "list_errors",
    "list_audit_entries",
    "export_audit_entries",
    "get_stats",
    "get_metrics",
    "watch_metrics",
)
# The order of lists: jobs that need an operator are first.
_STATES = ("DEAD", "READY", "RUNNING", "DISCARDED", "DONE")

# Columns, named as in the contract.
_JOB = select(
    *(JOB.c[name] for name in ("id", "kind", "key", "state", "attempts")),
    cast(JOB.c.payload, Text).label("payload"),
    JOB.c.due_at.label("due_time"),
    JOB.c.created_on.label("create_time"),
    JOB.c.set_at.label("update_time"),
    *(func.coalesce(JOB.c[name], "").label(name) for name in ("last_error", "discard_reason")),
)
# A RUNNING job may be taken from its worker only after its lease has ended. As a CTE, because psqlODBC reports no
# columns of an UPDATE … RETURNING that matched no row.
_CHANGE = (
    "WITH changed AS (UPDATE job SET {changes}, due_at = now(), set_at = now(), lease_token = NULL "
    "WHERE id = CAST(:id AS bigint) AND {condition} "
    "AND (state IN ('READY', 'DEAD', 'DISCARDED') OR (state = 'RUNNING' AND due_at <= now())) RETURNING id) "
    "SELECT id FROM changed"
)
_RETRY = _CHANGE.format(changes="state = 'READY', discard_reason = NULL", condition="secret IS DISTINCT FROM ''")
_DISCARD = _CHANGE.format(
    changes="state = 'DISCARDED', secret = left(secret, 0), discard_reason = CAST(:reason AS text)",
    condition="state <> 'DISCARDED' AND kind NOT IN (SELECT jsonb_array_elements_text(CAST(:needed AS jsonb)))",
)


class JobNotFound(AppError):
    kind, reason = Kind.NOT_FOUND, "JOB_NOT_FOUND"


class JobRunning(AppError):
    kind, reason = Kind.FAILED_PRECONDITION, "JOB_RUNNING"


class JobDiscarded(AppError):
    kind, reason = Kind.FAILED_PRECONDITION, "JOB_DISCARDED"


class JobDone(AppError):
    kind, reason = Kind.FAILED_PRECONDITION, "JOB_DONE"


class JobNotDiscardable(AppError):
    kind, reason = Kind.FAILED_PRECONDITION, "JOB_NOT_DISCARDABLE"


@dataclass(frozen=True)
class _JobState:
    state: str


@dataclass
class OpsApi:
    """The OpsService of one service.

    `wake_jobs` makes the process claim due jobs; `lag_ms` returns the lag of the read side, if any. `not_discardable`
    maps the kinds of jobs that must not be lost to the action to take instead; `discard_dead` discards those of them
    that are DEAD, with what follows from it, by key, payload and reason. `history` is to run in the background.
    """

    service: str
    engine: AsyncEngine
    gauges: Gauges
    started_at: datetime
    wake_jobs: Callable[[], None] = lambda: None
    lag_ms: Callable[[], Awaitable[float]] | None = None
    not_discardable: Mapping[str, str] = field(default_factory=dict)
    discard_dead: Mapping[str, Callable[[str, Mapping[str, Any], str], Awaitable[None]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        depths = QueueDepths(self.engine, self.lag_ms)
        self.gauges.readers.append(depths.collect)
        self.history = MetricHistory(MetricSamples(self.service, self.gauges, depths))
        self._jobs = JobStream(self.list_jobs)

    @property
    def rules(self) -> Mapping[str, Sequence[Rule]]:
        return dict.fromkeys(_METHODS, (self._is_of_this_service,))

    async def list_jobs(self, request: v1.ListJobsRequest) -> v1.ListJobsResponse:
        """Lists jobs of one state or of all states, in the order of _STATES, the newest first."""
        state = v1.JobState(request.state).name if request.state else None
        size, filter = request.page_size or _PAGE_SIZE, f"jobs {state}"
        first, below = _JOBS.read(request.page_token, filter=filter) if request.page_token else (0, None)
        # One statement: a job that changes its state meanwhile is listed once.
        parts = [
            jobs_in(name, below=below if rank == first else None, limit=size + 1).subquery()
            for rank, name in enumerate(_STATES)
            if rank >= first and state in (None, name)
        ]
        # An altered token may leave none.
        found = await self._rows(union_all(*(select(part) for part in parts))) if parts else []
        found = sorted(found, key=lambda row: (_STATES.index(row["state"]), -row["id"]))[: size + 1]
        jobs, token = [_job(row) for row in found[:size]], ""
        if len(found) > size:
            token = _JOBS.write((_STATES.index(found[size - 1]["state"]), found[size - 1]["id"]), filter=filter)
        return v1.ListJobsResponse(jobs=jobs, next_page_token=token)

    def watch_jobs(self, request: v1.WatchJobsRequest) -> AsyncIterator[v1.JobsEvent]:
        return self._jobs.of(v1.ListJobsRequest(page_size=request.page_size, state=request.state))

    async def retry_job(self, request: v1.RetryJobRequest) -> v1.Job:
        """Makes a job due now; one that runs or is done is left as it is. Raises JobNotFound and JobDiscarded."""
        row, changed = await self._change(_RETRY, id=int(request.id))
        if changed:
            self.wake_jobs()
        elif row["state"] == "DISCARDED":
            raise _refusal(row)
        return _job(row)

    async def discard_job(self, request: v1.DiscardJobRequest) -> v1.Job:
        """Discards a job, so that it does not run again; a discarded job is unchanged.

        Raises JobNotFound, JobRunning, JobDone and JobNotDiscardable.
        """
        current().audit_details.append(request.reason)
        needed = as_json(list(self.not_discardable))
        row, changed = await self._change(_DISCARD, id=int(request.id), reason=request.reason, needed=needed)
        if not changed and row["state"] == "DEAD" and (discard := self.discard_dead.get(row["kind"])):
            await discard(row["key"], json.loads(row["payload"]), request.reason)
            (row,) = await self._rows(_JOB.where(JOB.c.id == int(request.id)))
            note_changes(_JobState("DEAD"), _JobState(row["state"]))
        if not changed and row["state"] != "DISCARDED":
            raise _refusal(row, instead=self.not_discardable.get(row["kind"]))
        return _job(row)

    async def list_errors(self, request: v1.ListErrorsRequest) -> v1.ListErrorsResponse:
        size = request.page_size or _PAGE_SIZE
        rows, token = await list_recorded_errors(self.engine, request, page_size=size)
        return v1.ListErrorsResponse(errors=[*map(error_message, rows)], next_page_token=token)

    async def list_audit_entries(self, request: v1.ListAuditEntriesRequest) -> v1.ListAuditEntriesResponse:
        size = request.page_size or _PAGE_SIZE
        rows, token = await list_entries(self.engine, request, page_size=size, page_token=request.page_token)
        return v1.ListAuditEntriesResponse(entries=[*map(entry_message, rows)], next_page_token=token)

    def export_audit_entries(self, request: v1.ExportAuditEntriesRequest) -> AsyncIterator[HttpBody]:
        return exported(f"audit_{self.service}", export_entries(self.engine, request))

    async def get_stats(self, request: v1.GetStatsRequest) -> v1.Stats:
        counted = await self._rows(select(JOB.c.state, func.count().label("jobs")).group_by(JOB.c.state))
        by_state = {row["state"]: row["jobs"] for row in counted}
        return v1.Stats(
            service=self.service,
            start_time=self.started_at,
            projection_lag=timedelta(milliseconds=round(await self.lag_ms()) if self.lag_ms else 0),
            jobs={f"JOB_STATE_{name}": by_state.get(name, 0) for name in _STATES},
            outbox_pending=(await self._rows(OUTBOX_PENDING))[0]["pending"],
            figures=dict(self.gauges.read()),
        )

    async def get_metrics(self, request: v1.GetMetricsRequest) -> HttpBody:
        _require_metrics()
        return HttpBody(content_type=TEXT, data=await exposition(self.gauges))

    def watch_metrics(self, request: v1.WatchMetricsRequest) -> AsyncIterator[v1.MetricsSample]:
        _require_metrics()
        return self.history.stream(request.past_minutes)

    def _is_of_this_service(self, request: Any, _: object) -> None:
        # Over HTTP the path names the service; a gRPC client may omit it.
        if request.service not in ("", self.service):
            raise InvalidArgument.of(
                "service", f"must be {self.service} here; x-easyorder-service names the service that a call is for"
            )

    async def _rows(self, query: Executable) -> Sequence[RowMapping]:
        return [row._mapping for row in await fetch(self.engine, query)]

    async def _change(self, statement: str, **parameters: Any) -> tuple[RowMapping, bool]:
        """Returns the job, and whether the statement changed it."""
        with translated():
            async with self.engine.begin() as connection:
                query = _JOB.where(JOB.c.id == parameters["id"])
                before = (await connection.execute(query)).first()
                changed = (await connection.execute(text(statement), parameters)).first() is not None
                row = (await connection.execute(query)).mappings().first()
        if row is None:
            raise JobNotFound(f"there is no job {parameters['id']}", metadata={"jobId": str(parameters["id"])})
        if before is not None and changed:
            note_changes(_JobState(before.state), _JobState(row["state"]))
        return row, changed


def _require_metrics() -> None:
    if not metrics.is_on():
        raise Unimplemented("this service measures nothing: EASYORDER_METRICS is off")


async def purge(engine: AsyncEngine, settings: MeshSettings) -> None:
    """Deletes what is past its retention time, the oldest first, PURGE_BATCH rows per transaction, on one replica.

    Audit entries are last, after they got checkpoints: without these they are kept, but nothing else is.
    """
    await _purge(engine, "purge_jobs", days=settings.finished_jobs_days)
    await _purge(engine, "purge_responses", days=settings.idempotency_keys_days)
    await _purge(engine, "purge_errors", days=settings.errors_kept_days)
    try:
        await write_checkpoints(engine, settings.own_secret)
    except Conflict as error:
        log.warning("no checkpoint of the audit before the next purge", error=error.message)
    await _purge(engine, "purge_audit", days=settings.audit_kept_days)


async def _purge(engine: AsyncEngine, function: str, *, days: float) -> None:
    statement = text(_PURGE.format(function=function))
    purged, since = PURGE_BATCH, "-infinity"
    while purged == PURGE_BATCH:
        with translated():
            async with engine.begin() as connection:
                batch = {"age_s": days * 86_400, "batch": PURGE_BATCH, "since": since}
                purged, since = (await connection.execute(statement, batch)).one()


def jobs_in(state: str, *, below: int | None, limit: int) -> Select[Any]:
    """The newest jobs of a state, with ids below the one given."""
    # A literal, not a parameter: only then can the planner use the partial index.
    query = _JOB.where(JOB.c.state == literal_column(f"'{_STATES[_STATES.index(state)]}'"))
    return (query if below is None else query.where(JOB.c.id < below)).order_by(JOB.c.id.desc()).limit(limit)


def _job(row: RowMapping) -> v1.Job:
    return v1.Job(**dict(row) | {"id": str(row["id"]), "state": v1.JobState[row["state"]]})


def _refusal(job: RowMapping, *, instead: str | None = None) -> AppError:
    job_id, metadata = job["id"], {"jobId": str(job["id"])}
    if job["state"] == "DONE":
        return JobDone(f"job {job_id} is done", metadata=metadata)
    if instead is not None:
        message = f"a job of the kind {job['kind']} cannot be discarded: {instead}"
        return JobNotDiscardable(message, metadata=metadata | {"kind": job["kind"]})
    if job["state"] == "DISCARDED":
        message = f"job {job_id} was discarded for good: {job['discard_reason'] or 'its secret was erased'}"
        return JobDiscarded(message, metadata=metadata)
    message = f"job {job_id} is being run; if its worker died it is taken over after {job['due_time'].isoformat()}"
    return JobRunning(message, metadata=metadata)
