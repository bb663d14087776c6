"""Orders as bytes of their message: the same bytes are the reply, the kept response and the order in an event."""

from __future__ import annotations

from typing import Any

import msgspec
from easyorder.order.v1 import Order

from chassis.wire import Encoded, codec
from order_svc.domain.views import OrderView
from order_svc.messages.orders import order_message
from order_svc.order_ids import OrderIds

# No more orders than that are placed in one transaction.
_ROOM = 200
# The first byte of a JSON object. No message begins with it.
JSON = b"{"
_VIEWS = msgspec.json.Decoder(OrderView)


class EncodedOrders:
    """Serialises orders as their shoppers see them; what was serialised last is kept, because it is needed again."""

    def __init__(self, ids: OrderIds) -> None:
        self.ids = ids
        self._last: dict[int, tuple[OrderView, bytes]] = {}

    def encode(self, order: OrderView) -> bytes:
        last = self._last.get(order.id)
        if last is not None and last[0] == order:
            return last[1]
        encoded = codec(Order).encode(order_message(order, self.ids))
        self._last[order.id] = order, encoded
        while len(self._last) > _ROOM:
            del self._last[next(iter(self._last))]
        return encoded

    def reply(self, kept: bytes, *, numbered: bool) -> Encoded:
        """What was kept, as a reply; with the order's number if it is `numbered`, or the setting asked for it."""
        # 0.3.0 kept views as JSON.
        encoded = self.encode(_VIEWS.decode(kept)) if kept.startswith(JSON) else kept
        order: Any = codec(Order).parse(encoded) if numbered else None
        # With the setting it is there already, and transcoders may write a field twice that comes twice.
        if order is not None and not order.number:
            # Concatenating serialised messages of one type merges them.
            encoded += codec(Order).encode(Order(number=str(self.ids.order_number(order.id))))
        return Encoded(encoded)


def id_of(encoded: bytes) -> str:
    """The id in a serialised order."""
    order: Any = codec(Order).parse(encoded)
    return str(order.id)
