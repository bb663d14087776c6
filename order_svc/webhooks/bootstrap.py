"""The wiring of webhooks, in the process of order_svc."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from random import SystemRandom
from typing import TYPE_CHECKING

from chassis.alerts import Alerts
from chassis.background import Report
from chassis.db.engine import make_sessions
from chassis.db.hilo import HiLo
from chassis.db.jobs import JobWriter
from chassis.db.unit_of_work import OnCommit, sql_units_of_work
from chassis.events import Event
from chassis.jobs import Backoff, JobHandler, JobStore
from chassis.mediator import Mediator
from foundation.addresses import networks
from order_svc.config import OrderSettings
from order_svc.connections import NAME, Connections
from order_svc.messages.encoded_orders import EncodedOrders
from order_svc.messages.event_contents import EventContents
from order_svc.order_ids import OrderIds
from order_svc.shop_key import derived
from order_svc.webhooks.adapters.deliveries import Deliveries
from order_svc.webhooks.adapters.unit_of_work import SqlWebhookUow
from order_svc.webhooks.api import WebhookApi
from order_svc.webhooks.commands.disable_failing_webhook import DisableFailingWebhook
from order_svc.webhooks.commands.handlers import handle_commands
from order_svc.webhooks.commands.jobs import DELIVER_EVENTS
from order_svc.webhooks.commands.uow import WebhookUow
from order_svc.webhooks.deliver_events import DeliverEvents, Woken
from order_svc.webhooks.domain.delivery import Answer
from order_svc.webhooks.domain.webhook import Webhook
from order_svc.webhooks.messages import event_id, event_json
from order_svc.webhooks.queries import WebhookQueries

if TYPE_CHECKING:
    from order_svc.webhooks.adapters.http_sender import HttpSender

_EVENT_BACKOFF, _PAUSES, _JOB_BACKOFF = (1.0, 3600.0), (2.0, 300.0), (0.5, 5.0)


class Webhooks:
    """`api` serves them, the job runner gets `handlers` and `backoffs`, and `wake` says that there are events."""

    def __init__(
        self,
        to: Connections,
        key: bytes,
        ids: OrderIds,
        alerts: Alerts,
        jobs: JobStore,
        after_commit: Sequence[OnCommit],
        report: Report,
    ) -> None:
        settings, key = to.settings, derived(key, "webhook secrets")
        allowed = networks(settings.webhook_networks)
        self._sender = LazySender(settings)
        read, queries = EventContents(EncodedOrders(ids)).read, WebhookQueries(to.write)
        self._deliveries, self._kept = Deliveries(to.write, read), timedelta(days=settings.webhook_deliveries_kept_days)
        self._mediator = _mediator(to, after_commit)
        handle_commands(self._mediator, clock=to.clock, alerts=alerts, networks=allowed)
        self.api = WebhookApi(self._mediator, queries, ids, key=key, networks=allowed)
        woken = Woken()
        self.wake = woken.wake
        self._handler = DeliverEvents(
            webhook=queries.webhook,
            store=self._deliveries,
            jobs=jobs,
            send=self._sender,
            content=partial(_content, ids),
            disable=self._disable,
            clock=to.clock,
            key=key,
            backoff=_backoff(*_EVENT_BACKOFF),
            pauses=_backoff(*_PAUSES),
            lease_s=settings.job_lease_s,
            timeout_s=settings.webhook_attempt_s,
            retried_s=settings.webhook_retry_hours * 3600,
            report=report,
            woken=woken,
        )
        self.handlers: Mapping[str, JobHandler] = {DELIVER_EVENTS: self._handler}
        self.backoffs: Mapping[str, Backoff] = {DELIVER_EVENTS: _backoff(*_JOB_BACKOFF)}

    async def start(self) -> None:
        """The job runner begins."""

    async def stop(self) -> None:
        await self._handler.stop()
        await self._sender.close()

    async def purge(self) -> None:
        await self._deliveries.purge(older_than=self._kept)

    async def _disable(self, webhook: Webhook, why: str) -> None:
        command = DisableFailingWebhook(webhook_id=webhook.id, generation=webhook.generation, why=why)
        await self._mediator.send(command)


class LazySender:
    """An HttpSender from the first event on: what it imports takes 5 MiB."""

    def __init__(self, settings: OrderSettings) -> None:
        self._settings = settings
        self._sender: HttpSender | None = None

    async def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        if self._sender is None:
            from order_svc.webhooks.adapters.http_sender import HttpSender

            allowed = networks(self._settings.webhook_networks)
            self._sender = HttpSender(allowed, timeout_s=self._settings.webhook_attempt_s)
        return await self._sender(url, headers, body)

    async def close(self) -> None:
        if self._sender is not None:
            await self._sender.close()


def _mediator(to: Connections, after_commit: Sequence[OnCommit]) -> Mediator[WebhookUow]:
    open_uow = sql_units_of_work(
        SqlWebhookUow,
        make_sessions(to.write),
        after_commit=after_commit,
        jobs=JobWriter(HiLo(to.write, "job_hilo"), lease_s=to.settings.job_lease_s),
    )
    return Mediator(open_uow, service=NAME, singles=2)


def _backoff(initial_s: float, max_s: float) -> Backoff:
    # How long something is tried is decided by time, not by attempts.
    return Backoff(initial_s=initial_s, max_s=max_s, max_attempts=2**31, random=SystemRandom())


def _content(ids: OrderIds, event: Event) -> tuple[str, bytes]:
    return event_id(event.aggregate_id, event.sequence, ids), event_json(event, ids)
