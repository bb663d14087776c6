"""WebhookService: maps messages to commands and queries, and results to messages."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from easyorder.google.protobuf import Empty
from easyorder.webhook import v1

from chassis.errors import FieldViolation, InvalidArgument
from chassis.mediator import Mediator
from chassis.request_keys import request_key
from chassis.update_mask import named_fields, updated_fields
from chassis.validation import Rule
from foundation.addresses import Networks
from order_svc.order_ids import OrderIds
from order_svc.webhooks.commands.create_webhook import CreateWebhook
from order_svc.webhooks.commands.delete_webhook import DeleteWebhook
from order_svc.webhooks.commands.redeliver_webhook_event import RedeliverWebhookEvent
from order_svc.webhooks.commands.replay_webhook_events import ReplayWebhookEvents
from order_svc.webhooks.commands.rotate_webhook_secret import RotateWebhookSecret
from order_svc.webhooks.commands.uow import WebhookUow
from order_svc.webhooks.domain.signatures import secret_of, shown
from order_svc.webhooks.domain.urls import faults_of_url
from order_svc.webhooks.domain.webhook import Webhook
from order_svc.webhooks.messages import (
    CHANGEABLE,
    delivery_message,
    kind_of_message,
    update_webhook_command,
    webhook_message,
    webhook_of_message,
)
from order_svc.webhooks.queries import WebhookQueries

_OVERLAP_HOURS = 24


class WebhookApi:
    """The servicer of easyorder.webhook.v1.WebhookService. Secrets are derived from `key`."""

    def __init__(
        self, mediator: Mediator[WebhookUow], queries: WebhookQueries, ids: OrderIds, *, key: bytes, networks: Networks
    ) -> None:
        self._mediator, self._queries, self._ids = mediator, queries, ids
        self._key, self._networks = key, networks

    @property
    def rules(self) -> Mapping[str, Sequence[Rule]]:
        return {"create_webhook": (self._url,), "update_webhook": (_mask, self._url)}

    async def create_webhook(self, request: v1.CreateWebhookRequest) -> v1.Webhook:
        assert request.webhook is not None  # the contract requires it
        key = request_key(request, request.request_id, "CreateWebhook")
        return self._with_secret(
            await self._mediator.send(CreateWebhook(request=key, webhook=webhook_of_message(request.webhook)))
        )

    async def update_webhook(self, request: v1.UpdateWebhookRequest) -> v1.Webhook:
        command = update_webhook_command(request, request_key(request, request.request_id, "UpdateWebhook"))
        return webhook_message(await self._mediator.send(command))

    async def delete_webhook(self, request: v1.DeleteWebhookRequest) -> Empty:
        await self._mediator.send(DeleteWebhook(webhook_id=int(request.id), etag=request.etag))
        return Empty()

    async def rotate_webhook_secret(self, request: v1.RotateWebhookSecretRequest) -> v1.Webhook:
        hours = _OVERLAP_HOURS if request.overlap_hours is None else request.overlap_hours
        command = RotateWebhookSecret(
            request=request_key(request, request.request_id, "RotateWebhookSecret"),
            webhook_id=int(request.id),
            overlap=timedelta(hours=hours),
        )
        return self._with_secret(await self._mediator.send(command))

    async def replay_webhook_events(self, request: v1.ReplayWebhookEventsRequest) -> v1.Webhook:
        assert request.start_time is not None  # the contract requires it
        command = ReplayWebhookEvents(
            request=request_key(request, request.request_id, "ReplayWebhookEvents"),
            webhook_id=int(request.id),
            start=request.start_time,
        )
        return webhook_message(await self._mediator.send(command))

    async def redeliver_webhook_event(self, request: v1.RedeliverWebhookEventRequest) -> v1.WebhookDelivery:
        command = RedeliverWebhookEvent(webhook_id=int(request.webhook_id), delivery_id=int(request.id))
        return delivery_message(await self._mediator.send(command), self._ids)

    async def get_webhook(self, request: v1.GetWebhookRequest) -> v1.Webhook:
        return webhook_message(await self._queries.webhook(int(request.id)))

    async def list_webhooks(self, request: v1.ListWebhooksRequest) -> v1.ListWebhooksResponse:
        found, token = await self._queries.list_webhooks(page_size=request.page_size, page_token=request.page_token)
        return v1.ListWebhooksResponse(webhooks=[webhook_message(one) for one in found], next_page_token=token)

    async def list_webhook_deliveries(
        self, request: v1.ListWebhookDeliveriesRequest
    ) -> v1.ListWebhookDeliveriesResponse:
        webhook = await self._queries.webhook(int(request.webhook_id))
        wanted: dict[str, Any] = {}
        if request.state:
            wanted["state"] = v1.WebhookDeliveryState(request.state).name
        if request.kind:
            wanted["kind"] = kind_of_message(v1.WebhookEventKind(request.kind))
        if request.order_id:
            # 0, which no order has, for what is no id.
            wanted["order_id"] = self._ids.order_number(request.order_id)
        found, token = await self._queries.list_deliveries(
            webhook.id, wanted=wanted, page_size=request.page_size, page_token=request.page_token
        )
        messages = [delivery_message(one, self._ids) for one in found]
        return v1.ListWebhookDeliveriesResponse(deliveries=messages, next_page_token=token)

    def _with_secret(self, webhook: Webhook) -> v1.Webhook:
        return webhook_message(webhook, secret=shown(secret_of(self._key, webhook.secret_id)))

    def _url(self, request: v1.CreateWebhookRequest | v1.UpdateWebhookRequest, _: Collection[str]) -> None:
        message = request.webhook or v1.Webhook()
        found: list[FieldViolation] = []
        # What is not there is reported, or not changed.
        if message.url:
            found += faults_of_url(message.url.strip(), self._networks)
        if v1.WebhookEventKind.UNSPECIFIED in message.kinds:
            found.append(FieldViolation("webhook.kinds", "must not have WEBHOOK_EVENT_KIND_UNSPECIFIED"))
        if found:
            raise InvalidArgument.of_all(found)


def _mask(request: v1.UpdateWebhookRequest, _: object) -> None:
    message = request.webhook or v1.Webhook()
    if "url" in named_fields(message, request.update_mask, CHANGEABLE) and not message.url:
        raise InvalidArgument.of("webhook.url", "is required")
    updated_fields(message, request.update_mask, CHANGEABLE)
