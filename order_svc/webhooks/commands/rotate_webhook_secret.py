"""RotateWebhookSecret: sign with another secret, and for a while with the previous one too."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import timedelta

from chassis.clock import Clock
from chassis.mediator import Command
from order_svc.webhooks.commands.uow import WebhookUow
from order_svc.webhooks.domain.webhook import Webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateWebhookSecret(Command[Webhook]):
    webhook_id: int
    overlap: timedelta


async def rotate_webhook_secret(cmd: RotateWebhookSecret, uow: WebhookUow, *, clock: Clock) -> Webhook:
    """Raises WebhookNotFound."""
    present = await uow.webhooks.get(cmd.webhook_id)
    changed = replace(
        present,
        secret_id=new_secret_id(),
        previous_secret_id=present.secret_id if cmd.overlap else "",
        previous_secret_expires=clock.now() + cmd.overlap if cmd.overlap else None,
        revision=present.revision + 1,
    )
    return await uow.webhooks.replace(changed)


def new_secret_id() -> str:
    return uuid.uuid4().hex
