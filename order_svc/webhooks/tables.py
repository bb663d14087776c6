"""The tables of webhooks, for queries. Migration 0034 of the write database makes them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Integer, Text, column, table

from chassis.db.types import Json, UtcDateTime
from order_svc.webhooks.domain.delivery import Delivery, DeliveryState
from order_svc.webhooks.domain.webhook import Webhook

WEBHOOK = table(
    "webhook",
    column("id", BigInteger),
    *(column(name, Text) for name in ("url", "description", "disable_reason", "secret_id", "previous_secret_id")),
    column("kinds", Json),
    *(column(name, Boolean) for name in ("disabled", "is_deleted")),
    *(column(name, UtcDateTime) for name in ("previous_secret_expires", "failing_since", "created_on", "modified_on")),
    *(column(name, Integer) for name in ("failures", "generation", "revision")),
)
DELIVERY = table(
    "webhook_delivery",
    *(column(name, BigInteger) for name in ("id", "webhook_id", "position", "order_id", "sequence")),
    *(column(name, Text) for name in ("kind", "state", "last_error")),
    *(column(name, UtcDateTime) for name in ("event_time", "first_attempt_at", "last_attempt_at", "due_at")),
    *(column(name, Integer) for name in ("attempts", "response_status")),
)
# What a Webhook has, but for what the database sets.
OF_WEBHOOK = (
    *("url", "description", "disabled", "disable_reason", "secret_id", "previous_secret_id"),
    *("previous_secret_expires", "failing_since", "generation", "revision"),
)
_OF_DELIVERY = (
    *("id", "webhook_id", "kind", "order_id", "sequence", "event_time", "attempts", "last_attempt_at", "due_at"),
    *("response_status", "last_error"),
)


def webhook_of(row: Any) -> Webhook:
    own = {name: getattr(row, name) for name in ("id", *OF_WEBHOOK, "created_on", "modified_on")}
    return Webhook(kinds=tuple(row.kinds), **own)


def delivery_of(row: Any) -> Delivery:
    return Delivery(state=DeliveryState(row.state), **{name: getattr(row, name) for name in _OF_DELIVERY})
