"""An order as whoever has its tracking link follows it: its present state after each change, without who ordered it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from easyorder.order.v1 import Order, OrderEvent, TrackedItem, TrackedOrder, TrackedOrderEvent

from chassis.context import Caller, identify
from order_svc.tracking_links import TrackingLinks
from order_svc.watch.order_watch import OrderWatch


async def tracked_order(watch: OrderWatch, links: TrackingLinks, token: str) -> AsyncGenerator[TrackedOrderEvent, None]:
    """The stream of the order, read as its owner, until the link is revoked.

    Raises OrderNotFound before the first message.
    """
    tracked = links.read(token)
    owner = Caller.person(tracked.owner)
    identify(owner)
    with links.following(tracked):
        await links.check(tracked)
        async with aclosing(watch.watch_order(tracked.order_id, None, owner)) as events:
            async for event in _shown(events):
                yield event


async def _shown(events: AsyncIterator[OrderEvent]) -> AsyncIterator[TrackedOrderEvent]:
    async for event in events:
        if event.heartbeat is not None or event.error is not None:
            yield TrackedOrderEvent(event_time=event.event_time, heartbeat=event.heartbeat, error=event.error)
        elif (order := _order(event)) is not None:
            yield TrackedOrderEvent(event_time=event.event_time, tracked_order=_public(order))


def _order(event: OrderEvent) -> Order | None:
    content = event.order_snapshot or event.order_status_changed or event.payment_refund
    return content.order if content else None


def _public(order: Order) -> TrackedOrder:
    return TrackedOrder(
        id=order.id,
        status=order.status,
        items=[TrackedItem(name=item.name, quantity=item.quantity, options=item.options) for item in order.items],
        total_amount=order.total_amount,
        payment_status=order.payments[-1].status,
        shipments=order.shipments,
        place_time=order.placed_at,
        pay_time=order.paid_at,
        cancel_time=order.cancelled_at,
    )
