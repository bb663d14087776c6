"""Orders as bytes of their message: the same bytes are the reply, the kept response and the order in an event."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import msgspec
from easyorder.order.v1 import Order

from chassis.wire import Encoded, codec
from order_svc.domain.views import OrderView
from order_svc.messages.orders import changing_message, lasting_message
from order_svc.order_ids import OrderIds

# No more orders than that are placed in one transaction.
_ROOM = 200
# The first byte of a JSON object. No message begins with it.
JSON = b"{"
_VIEWS = msgspec.json.Decoder(OrderView)


# What the two messages of an order are made of. Its changes of a second have most in common (docs/performance.md).
LASTING = (
    "items", "discounts", "currency", "shipping_address", "billing_address", "metadata", "note", "placed_at",
    "created_by", "team_id",
)  # fmt: skip
CHANGING = (
    "status", "payment", "earlier_payments", "refunds", "shipments", "paid_at", "cancelled_at", "cancel_reason",
    "cancel_code", "row_version", "changed_at",
)  # fmt: skip
_lasting, _changing = attrgetter(*LASTING), attrgetter(*CHANGING)


@dataclass(frozen=True, slots=True)
class _Serialised:
    """The values that were serialised, and the bytes."""

    lasting: tuple[Any, ...]
    lasting_bytes: bytes
    changing: tuple[Any, ...]
    order: bytes


class EncodedOrders:
    """Serialises orders as their shoppers see them; what was serialised last is kept, because it is needed again."""

    def __init__(self, ids: OrderIds) -> None:
        self.ids = ids
        self._last: dict[int, _Serialised] = {}

    def encode(self, order: OrderView) -> bytes:
        last, lasting, changing = self._last.get(order.id), _lasting(order), _changing(order)
        if last is None or last.lasting != lasting:
            lasting_bytes = codec(Order).encode(lasting_message(order, self.ids))
        elif last.changing == changing:
            return last.order
        else:
            lasting, lasting_bytes = last.lasting, last.lasting_bytes
        # Concatenating serialised messages of one type merges them; serialised again, fields are in their usual order.
        both: Any = codec(Order).parse(lasting_bytes + codec(Order).encode(changing_message(order, self.ids)))
        encoded = bytes(both.SerializeToString(deterministic=True))
        self._last[order.id] = _Serialised(lasting, lasting_bytes, changing, encoded)
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
