"""Events as messages of the feed for other services, whichever version stored them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from easyorder.google.type import Money
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
from easyorder.order.v1 import OrderEvent, OrderStatus

from chassis.events import PublishedEvent
from chassis.wire import codec
from order_svc.domain import events

# docs/events.md says when it grows.
SCHEMA_VERSION = 1


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
        traceparent=event.traceparent,
        **({event.kind: make(event.content)} if make else {}),
    )


def _created(content: bytes) -> OrderCreated:
    # The order in it is not converted for its status.
    created: Any = codec(OrderEvent).parse(content)
    order = created.order_created.order
    return OrderCreated(status=OrderStatus(order.status), total_amount=_total(order))


def _created_with_incentive(content: bytes) -> OrderCreatedWithIncentive:
    created = codec(OrderEvent).decode(content).order_created_with_incentive
    assert created is not None
    return OrderCreatedWithIncentive(discount_total=created.discount_total)


def _status_changed(content: bytes) -> OrderStatusChanged:
    change: Any = codec(OrderEvent).parse(content)
    return OrderStatusChanged(
        from_status=OrderStatus(change.order_status_changed.from_status),
        to_status=OrderStatus(change.order_status_changed.to_status),
        total_amount=_total(change.order_status_changed.order),
    )


def _total(order: Any) -> Money | None:
    if not order.HasField("total_amount"):
        return None
    total = order.total_amount
    return Money(currency_code=total.currency_code, units=total.units, nanos=total.nanos)


def _payment_attempt(content: bytes) -> PaymentAttempt:
    attempt = codec(OrderEvent).decode(content).payment_attempt
    assert attempt is not None
    return PaymentAttempt(number=attempt.number, outcome=attempt.outcome, next_attempt_time=attempt.next_attempt_time)


def _payment_refund(content: bytes) -> PaymentRefund:
    refund = codec(OrderEvent).decode(content).payment_refund
    assert refund is not None
    return PaymentRefund(amount=refund.amount, state=refund.state)


_CONTENTS: Mapping[str, Callable[[bytes], Any]] = {
    events.ORDER_CREATED: _created,
    events.ORDER_CREATED_WITH_INCENTIVE: _created_with_incentive,
    events.ORDER_STATUS_CHANGED: _status_changed,
    events.INVENTORY_STATUS: lambda _: InventoryStatus(),
    events.PAYMENT_ATTEMPT: _payment_attempt,
    events.PAYMENT_REFUND: _payment_refund,
    events.ADMIN_ALERT: lambda _: AdminAlert(),
}
