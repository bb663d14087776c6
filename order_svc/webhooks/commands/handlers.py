"""Registers the handlers of all commands."""

from __future__ import annotations

from functools import partial

from chassis.alerts import Alerts
from chassis.clock import Clock
from chassis.mediator import Mediator
from foundation.addresses import Networks
from order_svc.webhooks.commands.create_webhook import CreateWebhook, create_webhook
from order_svc.webhooks.commands.delete_webhook import DeleteWebhook, delete_webhook
from order_svc.webhooks.commands.disable_failing_webhook import DisableFailingWebhook, disable_failing_webhook
from order_svc.webhooks.commands.redeliver_webhook_event import RedeliverWebhookEvent, redeliver_webhook_event
from order_svc.webhooks.commands.replay_webhook_events import ReplayWebhookEvents, replay_webhook_events
from order_svc.webhooks.commands.rotate_webhook_secret import RotateWebhookSecret, rotate_webhook_secret
from order_svc.webhooks.commands.uow import WebhookUow
from order_svc.webhooks.commands.update_webhook import UpdateWebhook, update_webhook


def handle_commands(mediator: Mediator[WebhookUow], *, clock: Clock, alerts: Alerts, networks: Networks) -> None:
    mediator.handle(CreateWebhook, partial(create_webhook, networks=networks))
    mediator.handle(UpdateWebhook, partial(update_webhook, networks=networks))
    mediator.handle(DeleteWebhook, delete_webhook)
    mediator.handle(DisableFailingWebhook, partial(disable_failing_webhook, clock=clock, alerts=alerts))
    mediator.handle(RotateWebhookSecret, partial(rotate_webhook_secret, clock=clock))
    mediator.handle(ReplayWebhookEvents, replay_webhook_events)
    mediator.handle(RedeliverWebhookEvent, redeliver_webhook_event)
