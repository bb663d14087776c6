"""OrderWatchService over gRPC."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence

from easyorder.google.protobuf import Empty
from easyorder.order.v1 import (
    CreateStreamTicketRequest,
    CreateTrackingLinkRequest,
    OrderEvent,
    RevokeTrackingLinksRequest,
    StreamTicket,
    TrackedOrderEvent,
    TrackingLink,
    WatchAllOrdersRequest,
    WatchOrderRequest,
    WatchOrdersRequest,
    WatchTrackedOrderRequest,
)

from chassis.context import current
from chassis.grpc import metadata
from chassis.validation import Rule
from order_svc.order_ids import OrderIds
from order_svc.stream_tickets import StreamTickets
from order_svc.tracking_links import TrackingLinks
from order_svc.watch.order_watch import OrderWatch
from order_svc.watch.tracked_orders import tracked_order

# Sent by a browser that reconnects: the id of the last event that it received, which is its resume token.
_LAST_EVENT_ID = "last-event-id"


class OrderWatchApi:
    """The servicer of easyorder.order.v1.OrderWatchService."""

    def __init__(self, watch: OrderWatch, ids: OrderIds, tickets: StreamTickets, links: TrackingLinks) -> None:
        self._watch = watch
        self._ids = ids
        self._tickets = tickets
        self._links = links
        self.rules: Mapping[str, Sequence[Rule]] = {"watch_order": (self._resumes,)}

    async def create_stream_ticket(self, request: CreateStreamTicketRequest) -> StreamTicket:
        ticket, expires = self._tickets.create(current().caller)
        return StreamTicket(ticket=ticket, expire_time=expires)

    async def create_tracking_link(self, request: CreateTrackingLinkRequest) -> TrackingLink:
        token, expires = await self._links.create(self._ids.order_number(request.id))
        return TrackingLink(token=token, path=f"/track/{request.id}#{token}", expire_time=expires)

    async def revoke_tracking_links(self, request: RevokeTrackingLinksRequest) -> Empty:
        await self._links.revoke(self._ids.order_number(request.id))
        return Empty()

    def watch_tracked_order(self, request: WatchTrackedOrderRequest) -> AsyncIterator[TrackedOrderEvent]:
        return tracked_order(self._watch, self._links, request.token)

    def watch_order(self, request: WatchOrderRequest) -> AsyncIterator[OrderEvent]:
        order_id = self._ids.order_number(request.id)
        token, field = _resume_token(request.resume_token)
        if not token:
            return self._watch.watch_order(order_id, request.after_sequence, current().caller)
        after = self._ids.resume_tokens.sequence(token, order_id, field)
        return self._watch.watch_order(order_id, after, current().caller, field)

    def watch_orders(self, request: WatchOrdersRequest) -> AsyncIterator[OrderEvent]:
        return self._watch_many(request.resume_token)

    def watch_all_orders(self, request: WatchAllOrdersRequest) -> AsyncIterator[OrderEvent]:
        return self._watch_many(request.resume_token, past_minutes=request.past_minutes)

    def _resumes(self, request: WatchOrderRequest, _: object) -> None:
        token, field = _resume_token(request.resume_token)
        if token and (number := self._ids.order_number(request.id)):
            self._ids.resume_tokens.sequence(token, number, field)

    def _watch_many(self, resume_token: str, *, past_minutes: int = 0) -> AsyncIterator[OrderEvent]:
        token, field = _resume_token(resume_token)
        after = self._ids.resume_tokens.position(token, field) if token else None
        # The role is taken from administrators where a method is for everybody's own orders.
        return self._watch.watch_orders(after, current().caller, field, past_minutes=past_minutes)


def _resume_token(requested: str) -> tuple[str, str]:
    """The token and the name of its field. A browser reconnects with its first URL, so its header takes precedence."""
    last_seen = str(metadata.incoming.get().get(_LAST_EVENT_ID, ""))
    return (last_seen, _LAST_EVENT_ID) if last_seen else (requested, "resumeToken")
