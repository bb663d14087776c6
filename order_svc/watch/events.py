"""Events as messages of streams: created once for each event, whatever the number of subscribers."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any

from easyorder.common.v1 import Heartbeat
from easyorder.order.v1 import OrderCounts, OrderEvent, OrderSnapshot, OrderStatus

from chassis.context import Caller
from chassis.errors import AppError
from chassis.events import PublishedEvent
from chassis.grpc.status import to_status
from chassis.wire import codec
from order_svc.domain.events import ADMIN_ALERT, ORDER_STATUS_CHANGED
from order_svc.domain.status import Status
from order_svc.domain.views import OrderView
from order_svc.messages.orders import order_message
from order_svc.order_ids import OrderIds


class StreamEvent:
    """An event of the feed and the messages that carry it."""

    def __init__(self, published: PublishedEvent, ids: OrderIds) -> None:
        self.event = published.event
        self.position = published.position
        self._ids = ids

    @property
    def sequence(self) -> int:
        """Its number among the events of its order."""
        return self.event.sequence

    @property
    def status(self) -> Status | None:
        """The new status of the order, if it changed."""
        if self.event.kind != ORDER_STATUS_CHANGED:
            return None
        return Status[OrderStatus(self.content.order_status_changed.to_status).name or ""]

    def is_for(self, caller: Caller) -> bool:
        """Whether the caller may see the event; owners see everything about their orders except alerts."""
        if caller.is_admin:
            return True
        event = self.event
        own = event.owner == caller.id or event.owner_team in caller.team_ids
        return own and event.kind != ADMIN_ALERT

    @cached_property
    def message_of_order(self) -> OrderEvent | None:
        """For the stream of the one order; None for an event that this version does not know."""
        return self._message(self._ids.resume_tokens.of_order(self.event.aggregate_id, self.sequence))

    @cached_property
    def message_of_many(self) -> OrderEvent | None:
        """For a stream of many orders; None for an event that this version does not know."""
        return self._message(self._ids.resume_tokens.of_feed(self.position))

    @cached_property
    def message_of_webhook(self) -> OrderEvent | None:
        """For a webhook, whose receiver resumes nothing; None for an event that this version does not know."""
        return self._message("")

    def _message(self, resume_token: str) -> OrderEvent | None:
        if self.content.WhichOneof("content") is None:
            return None
        event = self.event
        message: OrderEvent = replace(
            self._contained,
            resume_token=resume_token,
            sequence=event.sequence,
            event_time=event.occurred_on,
            order_id=self._ids.of_order(event.aggregate_id),
        )
        return message

    @cached_property
    def _contained(self) -> OrderEvent:
        message: OrderEvent = codec(OrderEvent).read(self.content)
        return message

    @cached_property
    def content(self) -> Any:
        """The upb message with its content alone."""
        return codec(OrderEvent).parse(self.event.content)


def snapshot(order: OrderView, ids: OrderIds, *, at: datetime) -> OrderEvent:
    """The present state of the order."""
    return OrderEvent(
        resume_token=ids.resume_tokens.of_order(order.id, order.sequence),
        sequence=order.sequence,
        event_time=at,
        order_id=ids.of_order(order.id),
        order_snapshot=OrderSnapshot(order=order_message(order, ids)),
    )


def heartbeat_of_order(order_id: int, sequence: int, ids: OrderIds, *, at: datetime) -> OrderEvent:
    """Nothing has happened to the order since `sequence`."""
    return OrderEvent(
        resume_token=ids.resume_tokens.of_order(order_id, sequence),
        sequence=sequence,
        event_time=at,
        order_id=ids.of_order(order_id),
        heartbeat=Heartbeat(),
    )


def heartbeat_of_many(position: int, ids: OrderIds, *, at: datetime) -> OrderEvent:
    """Nothing has happened since `position` that concerns this stream."""
    return OrderEvent(resume_token=ids.resume_tokens.of_feed(position), event_time=at, heartbeat=Heartbeat())


def begin_of_many(position: int, counts: OrderCounts | None, ids: OrderIds, *, at: datetime) -> OrderEvent:
    """The stream goes on after `position`, up to which `counts` counts."""
    begin = heartbeat_of_many(position, ids, at=at)
    return begin if counts is None else replace(begin, heartbeat=None, order_counts=counts)


def ending(error: AppError, last: OrderEvent, *, of_order: bool, at: datetime) -> OrderEvent:
    """The last message of a stream that cannot continue, and may be resumed after the message `last`."""
    return OrderEvent(
        resume_token=last.resume_token,
        sequence=last.sequence if of_order else 0,
        event_time=at,
        order_id=last.order_id if of_order else "",
        error=to_status(error),
    )
