"""The inbox: a consumer processes each event of a feed exactly once, in order for each aggregate.

An event is processed in the transaction of its effect. The handler is like a command's: it makes its changes through
the unit of work and never commits. The position is stored in the consumer's database and moves in the same transaction,
so a batch that is delivered again, or to two replicas, is processed once.

A batch that fails is split in halves, down to the failing event. That event becomes a durable job with the event as its
payload. Later events of its aggregate queue behind it as jobs; all other events continue. After its last attempt the
job is DEAD: operators see it, can fix the cause and can retry it. The events behind a DEAD job no longer wait for it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any, Generic

import structlog
import tenacity
from pydantic import TypeAdapter
from sqlalchemy import text

from chassis.background import Report, to_nobody
from chassis.clock import SystemClock
from chassis.context import Caller, RequestContext, request_context
from chassis.db.bulk import as_json
from chassis.db.unit_of_work import SqlUow
from chassis.errors import Conflict, Unavailable
from chassis.events import PublishedEvent
from chassis.jobs import Job, JobOutcome, JobResult, NewJob
from foundation import failpoints
from inventory_svc.adapters.order_feed import EventBatch, StaleOffset
from telemetry.metrics import count_delay
from telemetry.traces import TRACEPARENT, consumer_span

log = structlog.get_logger(__name__)

Handler = Callable[[Sequence[PublishedEvent], SqlUow], Awaitable[None]]

_POSITION = text("SELECT position FROM inbox WHERE consumer = :consumer")
# Another replica that processes this feed for the same consumer waits here.
_LOCK = text(
    "INSERT INTO inbox (consumer, position) VALUES (:consumer, 0) "
    "ON CONFLICT (consumer) DO UPDATE SET position = inbox.position RETURNING position"
)
_MOVE = text("UPDATE inbox SET position = :position WHERE consumer = :consumer")
_QUEUES = text(
    "SELECT DISTINCT lane FROM job WHERE lane IN (SELECT jsonb_array_elements_text(CAST(:lanes AS jsonb))) "
    "AND state IN ('READY', 'RUNNING')"
)
_CONFLICT_ATTEMPTS = 5
_EVENTS: TypeAdapter[PublishedEvent] = TypeAdapter(PublishedEvent)


class Inbox(Generic[SqlUow]):
    """Processes one feed for one consumer. The consumer's name must never change."""

    def __init__(
        self,
        consumer: str,
        handler: Handler[SqlUow],
        open_uow: Callable[[], AbstractAsyncContextManager[SqlUow]],
        *,
        service: str,
        first_retry_s: float = 1,
        report: Report = to_nobody,
    ) -> None:
        self._consumer = consumer
        self._handler = handler
        self._open_uow = open_uow
        self._caller = Caller.service(service)
        self._first_retry_s = first_retry_s
        self._report = report
        # A JobRunner must run jobs of this kind with `run_again`.
        self.job_kind = f"event:{consumer}"

    async def position(self) -> int:
        """The position from which this consumer resumes; 0 initially."""
        async with self._open_uow() as uow:
            return await uow.session.scalar(_POSITION, {"consumer": self._consumer}) or 0

    async def take(self, batch: EventBatch) -> None:
        """Passes new events to the handler. Raises StaleOffset, or Unavailable when the database is unreachable."""
        events = [published.event for published in batch.events]
        published_by = [event.payload.get(TRACEPARENT, "") for event in events]
        with (
            request_context(RequestContext(caller=self._caller, method=self.job_kind)),
            consumer_span(self.job_kind, published_by),
        ):
            await self._take(batch)
        if events:
            age = SystemClock().now() - min(event.occurred_on for event in events)
            count_delay(self._consumer, age.total_seconds())

    async def run_again(self, job: Job) -> JobResult:
        """Runs the job of an event that failed, or that waits behind a failed event."""
        async with self._open_uow() as uow:
            await self._handler([_EVENTS.validate_python(job.payload)], uow)
            uow.settle(JobOutcome(job.lease))
            await uow.commit()
        # The next job of the queue may be due.
        return JobResult(by_handler=True, again_in_s=0)

    async def _take(self, batch: EventBatch) -> None:
        try:
            await self._take_at_once(batch, self._handler_or_queue)
        except (Unavailable, StaleOffset):
            # The events are not the cause: the whole batch is delivered again.
            raise
        except Exception as error:
            if len(batch.events) > 1:
                middle = len(batch.events) // 2
                cut = batch.events[middle - 1].position
                await self._take(replace(batch, events=batch.events[:middle], position=cut))
                await self._take(replace(batch, events=batch.events[middle:], after=cut))
                return
            log.warning("event failed, to be tried again", consumer=self._consumer, error=repr(error))
            self._report(self.job_kind, error)
            await self._take_at_once(batch, self._queue)

    @tenacity.retry(
        retry=tenacity.retry_if_exception_type(Conflict),
        stop=tenacity.stop_after_attempt(_CONFLICT_ATTEMPTS),
        wait=tenacity.wait_random_exponential(multiplier=0.005, max=0.2),
        reraise=True,
    )
    async def _take_at_once(
        self, batch: EventBatch, work: Callable[[Sequence[PublishedEvent], SqlUow], Awaitable[None]]
    ) -> None:
        async with self._open_uow() as uow:
            position = (await uow.session.execute(_LOCK, {"consumer": self._consumer})).scalar_one()
            if position < batch.after:
                raise StaleOffset(f"{self._consumer} is at {position}, before {batch.after}")
            if position >= batch.position:
                return
            if fresh := [event for event in batch.events if event.position > position]:
                await work(fresh, uow)
                failpoints.reach("event_handled_not_in_inbox")
            await uow.session.execute(_MOVE, {"consumer": self._consumer, "position": batch.position})
            await uow.commit()

    async def _handler_or_queue(self, events: Sequence[PublishedEvent], uow: SqlUow) -> None:
        partition_keys = sorted({self._partition_key(event) for event in events})
        queues = set((await uow.session.execute(_QUEUES, {"lanes": as_json(partition_keys)})).scalars())
        behind = [event for event in events if self._partition_key(event) in queues]
        if free := [event for event in events if self._partition_key(event) not in queues]:
            await self._handler(free, uow)
        uow.schedule(*(self._job(event, delay_s=0) for event in behind))

    async def _queue(self, events: Sequence[PublishedEvent], uow: SqlUow) -> None:
        uow.schedule(*(self._job(event, delay_s=self._first_retry_s) for event in events))

    def _partition_key(self, published: PublishedEvent) -> str:
        return f"{self._consumer}/{published.event.aggregate_id}"

    def _job(self, published: PublishedEvent, *, delay_s: float) -> NewJob:
        event = replace(published.event, payload=dict(published.event.payload))
        payload: dict[str, Any] = _EVENTS.dump_python(replace(published, event=event), mode="json")
        return NewJob(
            kind=self.job_kind,
            key=f"{event.aggregate_id}/{event.sequence}",
            payload=payload,
            delay_s=delay_s,
            partition_key=self._partition_key(published),
            turn=published.position,
        )
