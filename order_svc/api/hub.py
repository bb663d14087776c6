"""OrderHub over gRPC."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

from easyorder.order.v1 import HubMessage, SubscribeRequest

from chassis.context import current
from chassis.errors import InvalidArgument
from chassis.grpc import metadata
from order_svc.hub.hub import Hub
from order_svc.order_ids import OrderIds

# Sent by a browser that reconnects: the id of the last event that it received, which is its sequence.
_LAST_EVENT_ID = "last-event-id"


class OrderHubApi:
    """The servicer of easyorder.order.v1.OrderHub."""

    def __init__(self, hub: Hub, ids: OrderIds) -> None:
        self._hub = hub
        self._ids = ids

    def subscribe(self, request: SubscribeRequest) -> AsyncIterator[HubMessage]:
        # The URL of a browser's reconnection is that of its first connection, so the header takes precedence.
        last_seen = _last_event_id()
        after_sequence = request.after_sequence if last_seen is None else last_seen
        order_id = self._ids.order_number(request.order_id) if request.order_id else None
        return self._hub.subscribe(order_id, after_sequence, current().caller)


def _last_event_id() -> int | None:
    written = metadata.incoming.get().get(_LAST_EVENT_ID, "")
    if not written:
        return None
    if not re.fullmatch("[0-9]{1,18}", written):
        raise InvalidArgument.of(_LAST_EVENT_ID, "must be the sequence of an event, as an id of this stream")
    return int(written)
