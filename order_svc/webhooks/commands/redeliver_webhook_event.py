"""RedeliverWebhookEvent: send one event to a webhook once more."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.mediator import Command
from order_svc.webhooks.commands.uow import WebhookUow
from order_svc.webhooks.domain.delivery import Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class RedeliverWebhookEvent(Command[Delivery]):
    webhook_id: int
    delivery_id: int


async def redeliver_webhook_event(cmd: RedeliverWebhookEvent, uow: WebhookUow) -> Delivery:
    """Raises WebhookNotFound, WebhookDisabled, WebhookDeliveryNotFound and EventsPurged."""
    webhook = await uow.webhooks.get(cmd.webhook_id)
    webhook.require_enabled()
    return await uow.webhooks.redeliver(webhook.id, cmd.delivery_id)
