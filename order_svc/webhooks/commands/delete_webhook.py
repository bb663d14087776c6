"""DeleteWebhook: send nothing more to a URL. The log of its deliveries is purged."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.audit import note_changes
from chassis.mediator import Command
from order_svc.webhooks.commands.uow import WebhookUow
from order_svc.webhooks.commands.update_webhook import check_etag
from order_svc.webhooks.domain.webhook import Webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteWebhook(Command[Webhook]):
    webhook_id: int
    etag: str = ""


async def delete_webhook(cmd: DeleteWebhook, uow: WebhookUow) -> Webhook:
    """Raises WebhookNotFound and EtagMismatch. Answers what was deleted."""
    present = await uow.webhooks.get(cmd.webhook_id)
    check_etag(present, cmd.etag)
    await uow.webhooks.unfollow(present.id)
    await uow.webhooks.delete(present.id)
    note_changes(present, None)
    return present
