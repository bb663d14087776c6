"""For administrators: where events are sent, what came of it, and both again by hand."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Annotated

import typer
from easyorder_client import messages as m
from easyorder_client.messages.google.protobuf import FieldMask

from cli import profiles
from cli.errors import USAGE, Fault
from cli.options import DEFAULT_PROFILE, AsJson, Limit, ProfileName
from cli.output import Columns, say, show, show_one

webhooks = typer.Typer(invoke_without_command=True, help="List webhooks, add one, or see what it was sent.")
WebhookId = Annotated[str, typer.Argument(help="The id of the webhook.")]

WEBHOOKS: Columns[m.Webhook] = {
    "id": lambda webhook: webhook.id,
    "url": lambda webhook: webhook.url,
    "description": lambda webhook: webhook.description,
    "events": lambda webhook: ", ".join(map(str, webhook.kinds)) or "all",
    "disabled": lambda webhook: webhook.disabled,
    "why": lambda webhook: webhook.disable_reason,
    "failing since": lambda webhook: webhook.failure_start_time,
}
DELIVERIES: Columns[m.WebhookDelivery] = {
    "id": lambda delivery: delivery.id,
    "event": lambda delivery: delivery.kind,
    "order": lambda delivery: delivery.order_id,
    "number": lambda delivery: delivery.sequence,
    "state": lambda delivery: delivery.state,
    "attempts": lambda delivery: delivery.attempts,
    "last error": lambda delivery: delivery.last_error,
    "next": lambda delivery: delivery.next_attempt_time,
}


@webhooks.callback()
def list_webhooks(
    context: typer.Context, limit: Limit = 50, profile: ProfileName = DEFAULT_PROFILE, as_json: AsJson = False
) -> None:
    """List all webhooks."""
    if context.invoked_subcommand:
        return
    with profiles.shop(profile) as shop:
        found = islice(shop.list_webhooks(m.ListWebhooksRequest(page_size=min(limit, 50))), limit)
        show(found, WEBHOOKS, as_json=as_json, empty="There is no webhook. Add one with: easyorder webhooks add")


@webhooks.command("add")
def add_webhook(
    url: Annotated[str, typer.Argument(help="Such as https://example.com/events.")],
    kinds: Annotated[list[str] | None, typer.Option("--event", help="Such as ORDER_CREATED; all without it.")] = None,
    description: Annotated[str, typer.Option("--description", help="What it is for.")] = "",
    profile: ProfileName = DEFAULT_PROFILE,
    as_json: AsJson = False,
) -> None:
    """Send events to a URL from now on. Prints the secret, which is not shown again."""
    try:
        wanted = [m.WebhookEventKind[kind.upper()] for kind in kinds or ()]
    except KeyError as error:
        known = ", ".join(str(kind.name) for kind in m.WebhookEventKind if kind)
        raise Fault(f"{error.args[0]} is no kind of event: {known}", USAGE) from None
    webhook = m.Webhook(url=url, kinds=wanted, description=description)
    with profiles.shop(profile) as shop:
        made = shop.create_webhook(m.CreateWebhookRequest(webhook=webhook))
    show_one(made, {"secret": lambda webhook: webhook.secret, **WEBHOOKS}, as_json=as_json)


@webhooks.command("log")
def list_deliveries(
    webhook_id: WebhookId,
    state: Annotated[str, typer.Option("--state", help="READY, WAITING, DELIVERED or FAILED.")] = "",
    order: Annotated[str, typer.Option("--order", help="Only events of the order with this id.")] = "",
    limit: Limit = 20,
    profile: ProfileName = DEFAULT_PROFILE,
    as_json: AsJson = False,
) -> None:
    """List what a webhook was sent, and what waits for it, the newest event first."""
    try:
        only = m.WebhookDeliveryState[state.upper()] if state else m.WebhookDeliveryState.UNSPECIFIED
    except KeyError:
        raise Fault(f"{state} is no state: READY, WAITING, DELIVERED, FAILED", USAGE) from None
    request = m.ListWebhookDeliveriesRequest(
        webhook_id=webhook_id, state=only, order_id=order, page_size=min(limit, 50)
    )
    with profiles.shop(profile) as shop:
        found = islice(shop.list_webhook_deliveries(request), limit)
        show(found, DELIVERIES, as_json=as_json, empty="No such event was sent")


@webhooks.command("redeliver")
def redeliver(
    webhook_id: WebhookId,
    delivery_id: Annotated[str, typer.Argument(help="The id in the log.")],
    profile: ProfileName = DEFAULT_PROFILE,
    as_json: AsJson = False,
) -> None:
    """Send an event once more."""
    request = m.RedeliverWebhookEventRequest(webhook_id=webhook_id, id=delivery_id)
    with profiles.shop(profile) as shop:
        show_one(shop.redeliver_webhook_event(request), DELIVERIES, as_json=as_json)


@webhooks.command("replay")
def replay(
    webhook_id: WebhookId,
    hours: Annotated[float, typer.Option("--hours", min=0, help="How far back.")] = 1,
    profile: ProfileName = DEFAULT_PROFILE,
) -> None:
    """Send all events of the last hours once more."""
    start = datetime.now(UTC) - timedelta(hours=hours)
    with profiles.shop(profile) as shop:
        shop.replay_webhook_events(m.ReplayWebhookEventsRequest(id=webhook_id, start_time=start))
    say(f"sends what happened since {start:%Y-%m-%d %H:%M} UTC. See: easyorder webhooks log {webhook_id}")


@webhooks.command("rotate")
def rotate(
    webhook_id: WebhookId,
    hours: Annotated[int, typer.Option("--hours", min=0, max=168, help="How long the present secret signs too.")] = 24,
    profile: ProfileName = DEFAULT_PROFILE,
    as_json: AsJson = False,
) -> None:
    """Make another secret, and print it."""
    request = m.RotateWebhookSecretRequest(id=webhook_id, overlap_hours=hours, request_id=uuid.uuid4().hex)
    with profiles.shop(profile) as shop:
        show_one(shop.rotate_webhook_secret(request), {"secret": lambda webhook: webhook.secret}, as_json=as_json)


@webhooks.command("disable")
def disable(webhook_id: WebhookId, profile: ProfileName = DEFAULT_PROFILE, as_json: AsJson = False) -> None:
    """Send a webhook nothing for now."""
    _switch(webhook_id, profile, disabled=True, as_json=as_json)


@webhooks.command("enable")
def enable(webhook_id: WebhookId, profile: ProfileName = DEFAULT_PROFILE, as_json: AsJson = False) -> None:
    """Send a webhook what waits for it, and events from now on."""
    _switch(webhook_id, profile, disabled=False, as_json=as_json)


@webhooks.command("delete")
def delete(webhook_id: WebhookId, profile: ProfileName = DEFAULT_PROFILE) -> None:
    """Delete a webhook with its log."""
    with profiles.shop(profile) as shop:
        shop.delete_webhook(m.DeleteWebhookRequest(id=webhook_id))
    say(f"webhook {webhook_id} is deleted")


def _switch(webhook_id: str, profile: str, *, disabled: bool, as_json: bool) -> None:
    webhook = m.Webhook(id=webhook_id, disabled=disabled)
    request = m.UpdateWebhookRequest(webhook=webhook, update_mask=FieldMask(paths=["disabled"]))
    with profiles.shop(profile) as shop:
        show_one(shop.update_webhook(request), WEBHOOKS, as_json=as_json)
