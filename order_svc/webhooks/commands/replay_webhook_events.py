"""ReplayWebhookEvents: send a webhook once more what happened since a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chassis.mediator import Command
from order_svc.webhooks.commands.uow import WebhookUow
from order_svc.webhooks.domain.webhook import Webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayWebhookEvents(Command[Webhook]):
    webhook_id: int
    start: datetime


async def replay_webhook_events(cmd: ReplayWebhookEvents, uow: WebhookUow) -> Webhook:
    """Raises WebhookNotFound and WebhookDisabled."""
    webhook = await uow.webhooks.get(cmd.webhook_id)
    webhook.require_enabled()
    await uow.webhooks.rewind(webhook.id, cmd.start)
    return webhook
