"""Runs durable jobs: the database holds their state, tenacity computes the backoff, APScheduler triggers regular work.

A job that is due when it is written runs right after the commit. Jobs that become due later, and jobs whose worker
died, are claimed at an interval; while more are due than run at once, as soon as there is room for them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic, time

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from chassis.audit import BackgroundWriter
from chassis.background import PollingLoop, Report, to_nobody
from chassis.context import Caller, RequestContext, request_context
from chassis.errors import AppError
from chassis.jobs import Backoff, Job, JobHandler, JobImpossible, JobOutcome, JobStore, LeaseLost
from telemetry.metrics import count_attempt
from telemetry.traces import job_span

log = structlog.get_logger(__name__)

# Completions may be written later, and a stopping process leaves jobs: that only causes another attempt.
_COMPLETION_PACE_S, _STOP_S = 0.2, 5.0


class _Scheduler(AsyncIOScheduler):  # type: ignore[misc]
    """Goes by the wall clock; when that is set, all times are set with it, so that intervals stay as they are."""

    _wall_ahead_s = time() - monotonic()

    def wakeup(self) -> None:
        step_s, self._wall_ahead_s = time() - monotonic() - self._wall_ahead_s, time() - monotonic()
        for job in self.get_jobs() if abs(step_s) > 1 else ():
            job.modify(next_run_time=job.next_run_time + timedelta(seconds=step_s))
        super().wakeup()


@dataclass
class JobRunner:
    """Runs jobs of the kinds in `handlers`, at most `concurrency` at once; `backoffs` override `backoff` by kind.

    `dead_letter` marks a job dead whose last attempt failed. `report` gets unexpected errors and that of a dead job.
    """

    store: JobStore
    handlers: Mapping[str, JobHandler]
    _: KW_ONLY
    backoff: Backoff
    backoffs: Mapping[str, Backoff] = field(default_factory=dict)
    dead_letter: Callable[[Job, str], Awaitable[None]]
    service: str
    lease_s: float = 20
    tick_s: float = 2
    concurrency: int = 256
    report: Report = to_nobody

    def __post_init__(self) -> None:
        self._free, self._scheduler = asyncio.Semaphore(self.concurrency), _Scheduler(timezone=UTC)
        self._running: set[asyncio.Task[None]] = set()
        self._stopping = self._more = False
        self._claims = PollingLoop("claim jobs", self._claim, idle_s=self.tick_s, pace_s=0.02, report=self.report)
        self._done = BackgroundWriter("done jobs", self.store.settle, every_s=_COMPLETION_PACE_S)

    async def start(self) -> None:
        self._scheduler.start()
        await self._claims.start()
        await self._done.start()

    def every(self, seconds: float, work: Callable[[], Awaitable[object]]) -> None:
        """Also runs `work` at the start and at an interval, in every replica, without coordination.

        A failure is logged, reported if it is unexpected, and retried at the next interval.
        """
        name = getattr(work, "func", work).__qualname__  # unwraps a partial

        async def attempt() -> None:
            try:
                await work()
            except AppError as error:
                log.warning("regular work failed, to be tried again", work=name, delay_s=seconds, error=error.message)
            except Exception as error:
                log.exception("regular work failed", work=name)
                self.report(name, error)

        # At the start too: a process that lives shorter than the interval must also do this work.
        how = {"coalesce": True, "misfire_grace_time": None, "next_run_time": datetime.now(UTC)}
        self._scheduler.add_job(attempt, "interval", seconds=seconds, **how)

    async def stop(self) -> None:
        """Claims no more jobs and waits for the running jobs, but not for one that hangs."""
        self._stopping = True
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        await self._claims.stop()
        if self._running:
            await asyncio.wait(self._running, timeout=_STOP_S)
        await self._done.stop()

    def submit(self, jobs: Sequence[Job]) -> None:
        """Runs jobs that are leased to this process, unless it stops."""
        if not self._stopping:
            self._begin([job for job in jobs if job.kind in self.handlers])

    def _begin(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            task = asyncio.get_running_loop().create_task(self._run(job))
            self._running.add(task)
            task.add_done_callback(self._ended)

    def wake(self, delay_s: float = 0) -> None:
        """Claims due jobs now or after exactly `delay_s`, instead of at the next tick."""
        asyncio.get_running_loop().call_later(delay_s + 0.01, self._claims.wake)

    async def _claim(self) -> bool:
        room = self.concurrency - len(self._running)
        if room > 0 and not self._stopping:
            jobs = await self.store.claim(list(self.handlers), limit=room, lease_s=self.lease_s)
            self._more = len(jobs) >= room
            self._begin(jobs)
        return False

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if self._more:
            self._claims.wake()

    async def _run(self, job: Job) -> None:
        context = RequestContext(caller=Caller.service(self.service), method=job.kind)
        ids = {name: value for name, value in job.payload.items() if name.endswith("_id")}
        with request_context(context), structlog.contextvars.bound_contextvars(job_id=job.lease.job_id, **ids):
            async with self._free:
                # A job whose lease is about to end is left for the next claim.
                time_left_s = job.lease_end_s - monotonic()
                if time_left_s > self.lease_s / 4:
                    try:
                        await self._attempt(job, time_left_s)
                    except AppError as error:
                        log.warning("job not settled, its lease will end", lease_s=self.lease_s, error=error.message)
                    except Exception:
                        log.exception("job not settled, its lease will end")

    async def _attempt(self, job: Job, time_left_s: float) -> None:
        try:
            with job_span(job.kind, job.attempt, job.traceparent):
                async with asyncio.timeout(time_left_s * 0.9):
                    result = await self.handlers[job.kind](job)
            count_attempt(job.kind, "done")
            if not result.by_handler:
                self._done.add(JobOutcome(job.lease, error=result.note))
            elif result.again_in_s is not None:
                self.wake(result.again_in_s)
        except LeaseLost:
            raise
        except Exception as error:
            await self._failed(job, error)

    async def _failed(self, job: Job, error: Exception) -> None:
        summary = error.message if isinstance(error, AppError) else repr(error)
        backoff = self.backoffs.get(job.kind, self.backoff)
        is_last = isinstance(error, JobImpossible) or job.attempt >= backoff.max_attempts
        count_attempt(job.kind, "dead" if is_last else "failed")
        if is_last or not isinstance(error, AppError):
            self.report(job.kind, error)
        if is_last:
            log.error("job given up", attempts=job.attempt, error=summary)
            await self.dead_letter(job, summary)
            return
        delay_s = backoff.delay_s(job.attempt)
        log.warning("job failed, to be tried again", attempt=job.attempt, delay_s=round(delay_s, 2), error=summary)
        await self.store.settle([JobOutcome(job.lease, "READY", delay_s, summary)])
        self.wake(delay_s)
