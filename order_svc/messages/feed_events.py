"""Events as messages of the feed for other services, whichever version stored them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from easyorder.internal.order.v1 import (
    AdminAlert,
    Event,
    InventoryStatus,
    OrderCreated,
    OrderCreatedWithIncentive,
    OrderStatusChanged,
    PaymentAttempt,
    PaymentRefund,
)
from easyorder.order.v1 import OrderStatus, PaymentOutcome, RefundState

from chassis.events import PublishedEvent
from chassis.wire_types import amount_message
from order_svc.domain import events
from order_svc.domain import status as domain

# docs/events.md says when it grows.
SCHEMA_VERSION = 1

Payload = Mapping[str, Any]


def feed_event(published: PublishedEvent) -> Event:
    """The message of an event. One of a kind that this version does not know has no content."""
    event = published.event
    make = _CONTENTS.get(event.kind)
    return Event(
        position=published.position,
        order_id=event.aggregate_id,
        sequence=event.sequence,
        owner=event.owner,
        owner_team=event.owner_team or "",
        event_time=event.occurred_on,
        schema_version=SCHEMA_VERSION,
        **({event.kind: make(event.payload)} if make else {}),
    )


def _created(payload: Payload) -> OrderCreated:
    order = payload["order"]
    # As JSON it is read from the outbox; just written it is an OrderView.
    return OrderCreated(status=_status(order["status"] if isinstance(order, Mapping) else order.status))


def _created_with_incentive(payload: Payload) -> OrderCreatedWithIncentive:
    return OrderCreatedWithIncentive(
        discount_total=amount_message(Decimal(payload["discount_total"]), payload["currency"])
    )


def _status_changed(payload: Payload) -> OrderStatusChanged:
    return OrderStatusChanged(from_status=_status(payload["from"]), to_status=_status(payload["to"]))


def _payment_attempt(payload: Payload) -> PaymentAttempt:
    next_attempt = payload["next_attempt_time"]
    return PaymentAttempt(
        number=payload["number"],
        outcome=PaymentOutcome[domain.PaymentOutcome(payload["outcome"]).name],
        next_attempt_time=datetime.fromisoformat(next_attempt) if isinstance(next_attempt, str) else next_attempt,
    )


def _payment_refund(payload: Payload) -> PaymentRefund:
    return PaymentRefund(
        amount=amount_message(Decimal(payload["amount"]), payload["currency"]),
        state=RefundState[domain.RefundState(payload["state"]).name],
    )


def _status(stored: str) -> OrderStatus:
    return OrderStatus[domain.Status(stored).name]


_CONTENTS: Mapping[str, Callable[[Payload], Any]] = {
    events.ORDER_CREATED: _created,
    events.ORDER_CREATED_WITH_INCENTIVE: _created_with_incentive,
    events.ORDER_STATUS_CHANGED: _status_changed,
    events.INVENTORY_STATUS: lambda _: InventoryStatus(),
    events.PAYMENT_ATTEMPT: _payment_attempt,
    events.PAYMENT_REFUND: _payment_refund,
    events.ADMIN_ALERT: lambda _: AdminAlert(),
}
