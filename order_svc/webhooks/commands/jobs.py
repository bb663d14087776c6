"""The job that sends a webhook its events: one for each webhook, whose lease says which process does."""

from __future__ import annotations

from collections.abc import Mapping

from chassis.jobs import NewJob
from order_svc.webhooks.domain.webhook import Webhook

DELIVER_EVENTS = "deliver_events"
NOT_DISCARDABLE: Mapping[str, str] = {
    DELIVER_EVENTS: "its webhook would get nothing more; disable or delete the webhook"
}


def deliver_events(webhook: Webhook) -> NewJob:
    """Runs until the webhook is disabled or deleted; one that is enabled again gets another job, after this one."""
    return NewJob(
        kind=DELIVER_EVENTS,
        key=f"{webhook.id}/{webhook.generation}",
        payload={"webhook_id": webhook.id, "generation": webhook.generation},
        partition_key=partition_key(webhook.id),
        turn=webhook.generation,
    )


def partition_key(webhook_id: int) -> str:
    return f"webhook/{webhook_id}"
