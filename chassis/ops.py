"""OpsService over gRPC, the same for every service: what operators look at and do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated

from easyorder.ops.v1 import (
    AuditEntry,
    DiscardJobRequest,
    GetStatsRequest,
    Job,
    JobState,
    ListAuditEntriesRequest,
    ListAuditEntriesResponse,
    ListErrorsRequest,
    ListErrorsResponse,
    ListJobsRequest,
    ListJobsResponse,
    RecordedError,
    RetryJobRequest,
    Stats,
)
from pydantic import Field
from pydantic_core import to_json
from sqlalchemy import RowMapping

from chassis import audit
from chassis.clock import Clock
from chassis.db.ops import STATES, JobView, SqlOps
from chassis.errors import InvalidArgument
from chassis.metrics import Gauges
from chassis.page_tokens import Id, PageTokens
from chassis.settings import MeshSettings

OPS = "easyorder.ops.v1.OpsService"
_PAGE_SIZE = 20
_JOBS = PageTokens[tuple[int, int]](tuple[Annotated[int, Field(ge=0, lt=len(STATES))], Id])
_NEWEST = PageTokens[int](Id)


async def no_lag() -> float:
    """The lag of a service that has no read database."""
    return 0


async def purge(ops: SqlOps, settings: MeshSettings) -> None:
    """Deletes what was kept long enough."""
    await ops.purge(
        audit_older_than=timedelta(days=settings.audit_kept_days),
        errors_older_than=timedelta(days=settings.errors_kept_days),
    )


class OpsApi:
    """The servicer.

    `wake_jobs` has the process look for jobs that are due, `lag_ms` tells how far the read side is behind.
    """

    def __init__(
        self,
        service: str,
        ops: SqlOps,
        gauges: Gauges,
        clock: Clock,
        *,
        wake_jobs: Callable[[], None] = lambda: None,
        lag_ms: Callable[[], Awaitable[float]] = no_lag,
    ) -> None:
        self._service = service
        self._ops = ops
        self._gauges = gauges
        self._wake_jobs = wake_jobs
        self._lag_ms = lag_ms
        self._started_at = clock.now()

    async def list_jobs(self, request: ListJobsRequest) -> ListJobsResponse:
        self._check(request.service)
        state = JobState(request.state).name if request.state else None
        after = _JOBS.read(request.page_token, filter=f"jobs {state}") if request.page_token else None
        jobs, last = await self._ops.jobs(state=state, after=after, limit=request.page_size or _PAGE_SIZE)
        token = _JOBS.write(last, filter=f"jobs {state}") if last else ""
        return ListJobsResponse(jobs=[_job(job) for job in jobs], next_page_token=token)

    async def retry_job(self, request: RetryJobRequest) -> Job:
        self._check(request.service)
        job = await self._ops.retry(request.id)
        self._wake_jobs()
        return _job(job)

    async def discard_job(self, request: DiscardJobRequest) -> Job:
        self._check(request.service)
        audit.add_detail(request.reason)
        return _job(await self._ops.discard(request.id, request.reason))

    async def list_errors(self, request: ListErrorsRequest) -> ListErrorsResponse:
        self._check(request.service)
        size, before = request.page_size or _PAGE_SIZE, _before(request.page_token, "errors")
        rows = await self._ops.errors(before=before, limit=size + 1)
        token = _NEWEST.write(rows[size - 1]["id"], filter="errors") if len(rows) > size else ""
        return ListErrorsResponse(errors=[_error(row) for row in rows[:size]], next_page_token=token)

    async def list_audit_entries(self, request: ListAuditEntriesRequest) -> ListAuditEntriesResponse:
        self._check(request.service)
        size, before = request.page_size or _PAGE_SIZE, _before(request.page_token, "audit")
        rows = await self._ops.audit_entries(before=before, limit=size + 1)
        token = _NEWEST.write(rows[size - 1]["id"], filter="audit") if len(rows) > size else ""
        return ListAuditEntriesResponse(entries=[AuditEntry(**row) for row in rows[:size]], next_page_token=token)

    async def get_stats(self, request: GetStatsRequest) -> Stats:
        self._check(request.service)
        return Stats(
            service=self._service,
            started_at=self._started_at,
            projection_lag_ms=round(await self._lag_ms()),
            jobs=dict(await self._ops.jobs_by_state()),
            outbox_pending=await self._ops.outbox_pending(),
            figures=dict(self._gauges.read()),
        )

    def _check(self, service: str) -> None:
        # Over HTTP the path names it; a gRPC client may leave it out.
        if service not in ("", self._service):
            raise InvalidArgument.of("service", f"this is {self._service}; name it in x-easyorder-service")


def _before(page_token: str, filter: str) -> int | None:
    return _NEWEST.read(page_token, filter=filter) if page_token else None


def _job(job: JobView) -> Job:
    return Job(
        id=job.id,
        kind=job.kind,
        key=job.key,
        payload=to_json(job.payload).decode(),
        state=JobState[job.state],
        attempts=job.attempts,
        due_time=job.due_at,
        last_error=job.last_error or "",
        create_time=job.created_on,
        discard_reason=job.discard_reason or "",
    )


def _error(row: RowMapping) -> RecordedError:
    return RecordedError(
        id=row["id"],
        correlation_id=row["correlation_id"],
        time=row["time"],
        where=row["source"],
        summary=f"{row['kind']}: {row['message']}",
        detail=row["detail"],
    )
