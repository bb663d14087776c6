"""Events of an arbitrary order."""

from __future__ import annotations

from dataclasses import replace

from easyorder.order.v1 import Order, OrderCreated, OrderEvent, OrderStatus

from chassis.events import Event
from chassis.wire import codec
from tests.fakes.chassis import FakeClock


def an_event(aggregate_id: int = 1, sequence: int = 1) -> Event:
    return Event(
        kind="order_created",
        aggregate_id=aggregate_id,
        sequence=sequence,
        owner="ann",
        owner_team="red",
        occurred_on=FakeClock().now(),
        payload={},
        content=codec(OrderEvent).encode(
            OrderEvent(order_created=OrderCreated(order=Order(status=OrderStatus.PENDING)))
        ),
    )


def as_heard(event: Event) -> Event:
    """An event of `an_event`, as another service has it from the feed."""
    return replace(event, payload={"order": {"status": "PENDING"}}, content=b"")
