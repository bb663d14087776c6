"""OrderHub over gRPC."""

from __future__ import annotations

from collections.abc import AsyncIterator

from easyorder.order.v1 import HubMessage, SubscribeRequest

from chassis.context import current
from order_svc.hub.hub import Hub


class OrderHubApi:
    """The servicer of easyorder.order.v1.OrderHub."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def subscribe(self, request: SubscribeRequest) -> AsyncIterator[HubMessage]:
        return self._hub.subscribe(request.order_id or None, request.after_sequence, current().caller)
