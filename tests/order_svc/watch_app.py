"""Streams of orders on a feed in memory, with the orders of that feed."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence

from easyorder.order.v1 import OrderEvent

from chassis.context import Caller, RequestContext, current, request_context
from chassis.events import Event, PublishedEvent
from chassis.grpc.streams import OpenStreams, StreamLimits
from order_svc.domain.errors import OrderNotFound
from order_svc.domain.order import Order
from order_svc.domain.views import OrderView
from order_svc.watch.order_watch import OrderWatch
from tests.builders.order import SHOPPER, OrderBuilder
from tests.builders.order_ids import IDS
from tests.fakes.chassis import FakeClock
from tests.fakes.feed import InMemoryFeed
from tests.watching import Watching, served


class WatchApp:
    """`given` puts an order on the write side with its events published; `happens` tells what follows."""

    def __init__(self, *, heartbeat_s: float = 15, unread_limit: int = 1000) -> None:
        self.feed = InMemoryFeed()
        self.streams = OpenStreams(StreamLimits(), FakeClock())
        self.orders: dict[int, Order] = {}
        self.order_watch = OrderWatch(
            self.feed, self.load_order, IDS, clock=FakeClock(), heartbeat_s=heartbeat_s, unread_limit=unread_limit
        )

    def given(self, builder: OrderBuilder) -> Order:
        order = self.orders[builder.build().id] = builder.build()
        self.order_watch.dispatch(self.feed.publish(builder.events))
        return order

    def happens(self, events: Sequence[Event], *, delivered: bool = True) -> list[PublishedEvent]:
        published = self.feed.publish(events)
        if delivered:
            self.order_watch.dispatch(published)
        return published

    async def load_order(self, order_id: int) -> OrderView:
        order, caller = self.orders.get(order_id), current().caller
        if order is None or not (caller.is_admin or order.owner == caller.id or order.owner_team in caller.team_ids):
            raise OrderNotFound.of()
        return order.view()

    def watch(self, order_id: int | None = None, *, after: int | None = None) -> Watching:
        return Watching(self.stream(order_id, after=after))

    async def stream(
        self, order_id: int | None = None, *, after: int | None = None, caller: Caller | None = None
    ) -> AsyncGenerator[OrderEvent, None]:
        caller = caller or Caller.person(SHOPPER)
        with request_context(RequestContext(caller=caller)):
            if order_id is None:
                messages = self.order_watch.watch_orders(after, caller)
            else:
                messages = self.order_watch.watch_order(order_id, after, caller)
            async for message in served(self.streams, messages):
                yield message
