"""The ids of orders, and the resume tokens of their streams, in tests that have no database to keep the key."""

from __future__ import annotations

from collections.abc import Sequence

from easyorder.order.v1 import OrderEvent

from order_svc.domain.views import OrderView
from order_svc.messages.encoded_orders import EncodedOrders
from order_svc.messages.event_contents import EventContents
from order_svc.order_ids import OrderIds


class RecordedOrders(EncodedOrders):
    """Remembers what it has serialised."""

    def __init__(self, ids: OrderIds) -> None:
        super().__init__(ids)
        self.views: dict[bytes, OrderView] = {}

    def encode(self, order: OrderView) -> bytes:
        encoded = super().encode(order)
        self.views[encoded] = order
        return encoded


IDS = OrderIds(bytes(16))
ORDERS = RecordedOrders(IDS)
CONTENTS = EventContents(ORDERS)


def positions_of(messages: Sequence[OrderEvent], ids: OrderIds = IDS) -> list[int]:
    """The positions in the feed that the messages of a stream of many orders may be resumed after."""
    return [ids.resume_tokens.position(message.resume_token, "resumeToken") for message in messages]
