"""Reads the event feed of order_svc from the consumer's stored position, and reconnects after every interruption."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

from easyorder.internal.order.v1 import Event as EventMessage
from easyorder.internal.order.v1 import EventBatch as EventBatchMessage
from easyorder.internal.order.v1 import SubscribeRequest

from chassis.background import PollingLoop, Report, to_nobody
from chassis.errors import Conflict, Unavailable, Unimplemented
from chassis.events import Event, PublishedEvent
from chassis.grpc.clients import Client, rpc
from telemetry.traces import TRACEPARENT

SUBSCRIBE = rpc("easyorder.internal.order.v1.OrderFeedService", "Subscribe", SubscribeRequest, EventBatchMessage)

# The kind of event that this service takes, and the version of its meaning (docs/events.md).
KIND, SCHEMA_VERSION = "order_created", 1


class StaleOffset(Conflict):
    """The consumer's stored position is before the batch: the feed must be read again from that position."""

    reason = "POSITION_MOVED"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventBatch:
    """The events after a position, and the position to resume from; without events, the current end of the feed."""

    events: Sequence[PublishedEvent]
    after: int
    position: int


class Consumer(Protocol):
    """A consumer of events, such as Inbox."""

    async def position(self) -> int: ...

    async def take(self, batch: EventBatch) -> None: ...


class FeedConsumer:
    """Passes the events that this service takes to a consumer in batches until the process stops.

    After a failure it retries like a PollingLoop, from the consumer's stored position. A feed that is silent for
    `silence_s` counts as broken.
    """

    def __init__(
        self,
        order: Client,
        consumer: Consumer,
        *,
        silence_s: float = 60,
        report: Report = to_nobody,
    ) -> None:
        self._order = order
        self._consumer = consumer
        self._silence_s = silence_s
        self._is_stopping = False
        self._waiting: asyncio.Future[EventBatchMessage | None] | None = None
        self._loop = PollingLoop("feed consumer", self._follow, idle_s=1, report=report)
        self.start = self._loop.start

    async def stop(self) -> None:
        """Waits for the current batch to end."""
        self._is_stopping = True
        if self._waiting is not None:
            self._waiting.cancel()
        await self._loop.stop()

    async def _follow(self) -> bool:
        request = SubscribeRequest(after_position=await self._consumer.position(), kinds=[KIND])
        async with aclosing(self._order.stream(SUBSCRIBE, request)) as messages:
            while not self._is_stopping and (message := await self._next(messages)) is not None:
                await self._consumer.take(batch_of(message))
                self._loop.failures = 0
        return False

    async def _next(self, messages: AsyncIterator[EventBatchMessage]) -> EventBatchMessage | None:
        """The next message; None when the feed ends or this object stops. Raises Unavailable on silence."""
        self._waiting = asyncio.ensure_future(anext(messages, None))
        await asyncio.wait([self._waiting], timeout=self._silence_s)
        if self._waiting.cancel():
            await asyncio.gather(self._waiting, return_exceptions=True)
            raise Unavailable("the feed is silent")
        return None if self._waiting.cancelled() else self._waiting.result()


def batch_of(message: EventBatchMessage) -> EventBatch:
    events = [event_of(event) for event in message.events]
    return EventBatch(events=events, after=message.after_position, position=message.position)


def event_of(message: EventMessage) -> PublishedEvent:
    # order_svc is newer: this service waits for its own upgrade, and skips nothing.
    if message.schema_version != SCHEMA_VERSION:
        raise Unimplemented(f"an event of schema version {message.schema_version}: this version knows {SCHEMA_VERSION}")
    assert message.event_time is not None
    assert message.order_created is not None
    traced = {TRACEPARENT: message.traceparent} if message.traceparent else {}
    event = Event(
        kind=KIND,
        aggregate_id=message.order_id,
        sequence=message.sequence,
        owner=message.owner,
        owner_team=message.owner_team or None,
        occurred_on=message.event_time,
        # As the jobs of events that failed have it since 0.1.0.
        payload={"order": {"status": message.order_created.status.name}} | traced,
    )
    return PublishedEvent(position=message.position, event=event)
