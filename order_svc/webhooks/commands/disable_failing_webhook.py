"""DisableFailingWebhook: send nothing more to a URL that does not take it, and alert administrators."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chassis import audit
from chassis.alerts import Alert, Alerts
from chassis.clock import Clock
from chassis.mediator import Command
from order_svc.webhooks.commands.uow import WebhookUow
from order_svc.webhooks.domain.webhook import Webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class DisableFailingWebhook(Command[Webhook]):
    """`generation` is that of the webhook that failed."""

    webhook_id: int
    generation: int
    why: str


async def disable_failing_webhook(
    cmd: DisableFailingWebhook, uow: WebhookUow, *, clock: Clock, alerts: Alerts
) -> Webhook:
    """Raises WebhookNotFound. Changes nothing if it is disabled, or was enabled again meanwhile."""
    present = await uow.webhooks.get(cmd.webhook_id)
    if present.disabled or present.generation != cmd.generation:
        return present
    await uow.webhooks.unfollow(present.id)
    changed = replace(present, disabled=True, disable_reason=cmd.why, revision=present.revision + 1)
    now = clock.now()
    alert = Alert(
        key=f"webhook/{present.id}/{present.generation}",
        summary=f"the webhook {present.id} was disabled: {cmd.why}",
        detail=f"{present.url}: what waits for it is kept; enable it, and replay what happened meanwhile",
        at=now,
    )
    uow.schedule(*alerts.jobs(alert))
    uow.audit(audit.entry("DisableFailingWebhook", str(present.id), outcome="OK", detail=cmd.why, at=now))
    return await uow.webhooks.replace(changed)
