"""The job of a webhook: takes its events from the feed and sends them, in the order of each order.

The lease of the job says which process does so, for some seconds at a time. An event that fails is tried again later,
and holds the later ones of its order. While all attempts fail, the webhook is tried with one event at a time, ever more
rarely; when that has lasted too long, it is disabled.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Protocol, TypeAlias

import structlog

from chassis.background import Report, to_nobody
from chassis.clock import Clock
from chassis.events import Event
from chassis.jobs import Backoff, Job, JobOutcome, JobResult, JobStore, LeaseLost
from order_svc.webhooks.commands.jobs import DELIVER_EVENTS
from order_svc.webhooks.domain.delivery import Answer, DueDelivery, Failing, Outcome
from order_svc.webhooks.domain.errors import WebhookNotFound
from order_svc.webhooks.domain.signatures import secret_of, signature_headers
from order_svc.webhooks.domain.webhook import Webhook

log = structlog.get_logger(__name__)

# After this number of failures in a row, a webhook is tried with one event at a time.
FAILING_AFTER = 10
# Another process may have changed what is due, and its events come without a wake.
_IDLE_S = 1.0
# Then another process goes on.
_STOPPING_S = 0.2
_PURGED = "the event is no longer kept"

Send: TypeAlias = Callable[[str, Mapping[str, str], bytes], Awaitable[Answer]]
# The id of an event and its JSON.
Content: TypeAlias = Callable[[Event], tuple[str, bytes]]


class DeliveryStore(Protocol):
    """Like order_svc.webhooks.adapters.deliveries.Deliveries."""

    async def take(self, webhook_id: int) -> bool: ...

    async def due(self, webhook_id: int, *, running: Collection[int], limit: int) -> list[DueDelivery]: ...

    async def settle(self, webhook_id: int, outcomes: Sequence[Outcome], *, retried_s: float) -> Failing: ...


class Woken:
    """Tells the jobs of this process that there is more to do."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    @property
    def next(self) -> asyncio.Event:
        return self._event

    def wake(self) -> None:
        self._event.set()
        self._event = asyncio.Event()


@dataclass(kw_only=True)
class DeliverEvents:
    """The handler of the job. `backoff` parts the attempts of an event, `pauses` those of a webhook that fails."""

    webhook: Callable[[int], Awaitable[Webhook]]
    store: DeliveryStore
    jobs: JobStore
    send: Send
    content: Content
    disable: Callable[[Webhook, str], Awaitable[object]]
    clock: Clock
    key: bytes = field(repr=False)
    backoff: Backoff
    pauses: Backoff
    lease_s: float
    timeout_s: float
    retried_s: float
    concurrency: int = 8
    report: Report = to_nobody
    woken: Woken = field(default_factory=Woken)
    stopping: bool = False
    _runs: set[asyncio.Task[object]] = field(default_factory=set)

    async def stop(self) -> None:
        """Begins nothing more, and waits for what is being sent."""
        self.stopping = True
        self.woken.wake()
        if self._runs:
            await asyncio.wait(self._runs, timeout=self.timeout_s)

    async def __call__(self, job: Job) -> JobResult:
        """Ends with the webhook, or else before the lease does, and goes on with another lease."""
        run, task = _Run(self, job), asyncio.current_task()
        assert task is not None
        self._runs.add(task)
        try:
            delay_s = await run.to_the_end()
        except WebhookNotFound:
            return JobResult(note="the webhook was deleted")
        finally:
            self._runs.discard(task)
            await run.cancel()
        if delay_s is None:
            return JobResult(note="the webhook was disabled")
        if not await self.jobs.settle([JobOutcome(job.lease, "READY", delay_s)]):
            raise LeaseLost("another process sends the events of this webhook")
        return JobResult(by_handler=True, again_in_s=delay_s)


class _Run:
    """What happens with one lease."""

    def __init__(self, of: DeliverEvents, job: Job) -> None:
        self._of = of
        self._id, self._generation = int(job.payload["webhook_id"]), job.payload["generation"]
        # Before the runner cancels the job, and before that nothing is begun that may not end in time.
        self._end = job.lease_end_s - of.lease_s / 5
        self._last_start = self._end - of.timeout_s
        self._sending: dict[asyncio.Task[Outcome], int] = {}
        self._gone = False

    async def to_the_end(self) -> float | None:
        """The seconds after which to go on; None if there is nothing more to do. Raises WebhookNotFound."""
        of = self._of
        failing = await of.store.settle(self._id, [], retried_s=of.retried_s)
        is_first, looked_at, woken = True, -_IDLE_S, of.woken.next
        webhook, more = await of.webhook(self._id), True
        while True:
            if more or woken.is_set() or monotonic() - looked_at >= _IDLE_S:
                woken, looked_at = of.woken.next, monotonic()
                webhook = await of.webhook(self._id)
                if webhook.disabled or webhook.generation != self._generation:
                    return None
                more = await of.store.take(self._id)
            in_time = monotonic() < self._last_start and not of.stopping
            is_failing = failing.failures >= FAILING_AFTER
            # One attempt for each pause.
            limit = (int(is_first) if is_failing else of.concurrency) if in_time else 0
            next_in_s = await self._begin(limit)
            is_first = False
            if not self._sending and not in_time:
                return _STOPPING_S if of.stopping else 0
            if not self._sending and is_failing:
                return of.pauses.delay_s(failing.failures - FAILING_AFTER + 1)
            ended = await self._wait(woken, 0 if more else next_in_s)
            if ended:
                failing = await of.store.settle(self._id, ended, retried_s=of.retried_s)
            if self._gone or (ended and failing.for_s >= of.retried_s):
                hours = f"it has taken no event for {of.retried_s / 3600:g} hours"
                await of.disable(webhook, "it answered 410, which says that it is gone" if self._gone else hours)
                more = True  # The webhook is read again.

    async def _begin(self, limit: int) -> float:
        """Sends what is due, at most `limit` at once; the seconds until more is due."""
        room = limit - len(self._sending)
        if room <= 0:
            return _IDLE_S
        due = await self._of.store.due(self._id, running=self._sending.values(), limit=room)
        if not due:
            return _IDLE_S
        # Read after the events: what was published after the secret was replaced is signed with the new one.
        webhook = await self._of.webhook(self._id)
        for delivery in due:
            if delivery.in_s > 0:
                return min(_IDLE_S, delivery.in_s)
            self._sending[asyncio.create_task(self._attempt(webhook, delivery))] = delivery.id
        return _IDLE_S

    async def _wait(self, woken: asyncio.Event, within_s: float) -> list[Outcome]:
        """Until an attempt has ended or there is more to do."""
        waker = asyncio.create_task(woken.wait())
        try:
            await asyncio.wait({waker, *self._sending}, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waker.cancel()
        ended = [task for task in self._sending if task.done()]
        for task in ended:
            del self._sending[task]
        return [task.result() for task in ended]

    async def _attempt(self, webhook: Webhook, delivery: DueDelivery) -> Outcome:
        of, attempts = self._of, delivery.attempts + 1
        if delivery.event is None:
            answer, final = Answer(error=_PURGED), True
        else:
            try:
                answer, final = await self._answer(webhook, delivery.event), False
            except Exception as error:
                # Other events must not wait for one that this version cannot send.
                log.exception("event not sent", webhook_id=webhook.id, delivery_id=delivery.id)
                of.report(DELIVER_EVENTS, error)
                answer, final = Answer(error="the shop could not send it; its errors say why"), False
            self._gone |= answer.is_gone
        if answer.error:
            log.info("event not delivered", webhook_id=webhook.id, delivery_id=delivery.id, error=answer.error)
        return Outcome(
            id=delivery.id,
            attempts=delivery.attempts,
            status=answer.status,
            error=answer.error,
            delay_s=of.backoff.delay_s(attempts) if answer.error else 0,
            final=final,
        )

    async def _answer(self, webhook: Webhook, event: Event) -> Answer:
        of, now = self._of, self._of.clock.now()
        event_id, body = of.content(event)
        secrets = [secret_of(of.key, secret_id) for secret_id in webhook.secret_ids(now)]
        return await of.send(webhook.url, signature_headers(event_id, int(now.timestamp()), body, secrets), body)

    async def cancel(self) -> None:
        """What is cancelled may have arrived: it is sent again."""
        for task in self._sending:
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)
