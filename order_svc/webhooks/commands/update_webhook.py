"""UpdateWebhook: change fields of a webhook, or enable or disable it. Equal fields change nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chassis.audit import note_changes
from chassis.errors import EtagMismatch
from chassis.mediator import Command
from foundation.addresses import Networks
from order_svc.webhooks.commands.jobs import deliver_events
from order_svc.webhooks.commands.uow import WebhookUow
from order_svc.webhooks.domain.webhook import Webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateWebhook(Command[Webhook]):
    """Sets the `fields`, names of attributes, to those of `webhook`. With `etag`, only that version is changed."""

    webhook_id: int
    webhook: Webhook
    fields: frozenset[str]
    etag: str = ""


async def update_webhook(cmd: UpdateWebhook, uow: WebhookUow, *, networks: Networks) -> Webhook:
    """Raises WebhookNotFound, EtagMismatch and InvalidArgument."""
    present = await uow.webhooks.get(cmd.webhook_id)
    check_etag(present, cmd.etag)
    wanted = replace(present, **{name: getattr(cmd.webhook, name) for name in cmd.fields})
    if wanted == present:
        return present
    wanted.check(networks)
    wanted = replace(wanted, revision=present.revision + 1)
    if wanted.disabled and not present.disabled:
        await uow.webhooks.unfollow(present.id)
    elif present.disabled and not wanted.disabled:
        wanted = replace(wanted, generation=wanted.revision, disable_reason="", failing_since=None)
        await uow.webhooks.follow(present.id)
        uow.schedule(deliver_events(wanted))
    changed = await uow.webhooks.replace(wanted)
    note_changes(present, changed)
    return changed


def check_etag(present: Webhook, etag: str) -> None:
    """Raises EtagMismatch."""
    if etag and etag != str(present.revision):
        raise EtagMismatch(
            f"webhook {present.id} was changed meanwhile; read it again, then decide",
            metadata={"etag": str(present.revision)},
        )
