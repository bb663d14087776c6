"""CreateWebhook: send events from now on to a URL."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chassis.audit import note_changes
from chassis.mediator import Command
from foundation.addresses import Networks
from order_svc.webhooks.commands.jobs import deliver_events
from order_svc.webhooks.commands.rotate_webhook_secret import new_secret_id
from order_svc.webhooks.commands.uow import WebhookUow
from order_svc.webhooks.domain.errors import TooManyWebhooks
from order_svc.webhooks.domain.webhook import MOST_WEBHOOKS, Webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateWebhook(Command[Webhook]):
    webhook: Webhook


async def create_webhook(cmd: CreateWebhook, uow: WebhookUow, *, networks: Networks) -> Webhook:
    """Raises InvalidArgument and TooManyWebhooks."""
    cmd.webhook.check(networks)
    if await uow.webhooks.count() >= MOST_WEBHOOKS:
        raise TooManyWebhooks(f"the shop has {MOST_WEBHOOKS} webhooks, which is the most; delete one first")
    added = await uow.webhooks.add(replace(cmd.webhook, secret_id=new_secret_id()))
    if not added.disabled:
        await uow.webhooks.follow(added.id)
        uow.schedule(deliver_events(added))
    note_changes(None, added)
    return added
