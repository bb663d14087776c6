"""Publishes every event of the feed to the broker, in the order of the feed and at least once.

The position moves once the broker has confirmed all events before it. Whatever breaks, some replica publishes again
from there: consumers see an event for the first time only after all events before it, and recognise what comes again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from typing import Protocol

from aio_pika.abc import AbstractExchange
from pydantic import SecretStr

from broker.cloud_events import message_of
from broker.connection import CONNECT_S, open_channel, translated
from broker.topology import declare_exchange, routing_key
from chassis.background import PollingLoop, Report, to_nobody
from chassis.errors import AppError
from chassis.events import PublishedEvent
from foundation import failpoints
from order_svc.domain.feed import EventFeed
from order_svc.messages.feed_events import feed_event
from telemetry.metrics import count_broker_connection, count_published

# Serialised at once: calls of clients wait for that long.
_PAGE = 200
# A replica that ended without a word is replaced this long after its lease.
_IDLE_S = 5.0
# As the streams of other services: what is published within this time goes together.
_PACE_S = 0.2


class Lease(Protocol):
    """Like order_svc.adapters.publisher_lease.PublisherLease."""

    lease_s: float

    async def follow(self) -> None: ...

    async def take(self, end: int) -> int | None: ...

    async def move(self, position: int, *, published: int) -> None: ...

    async def release(self) -> None: ...


class BrokerPublisher:
    """Runs in every replica; the holder of the lease publishes. Call `wake` when events were published."""

    def __init__(self, feed: EventFeed, lease: Lease, url: SecretStr, *, name: str, report: Report = to_nobody) -> None:
        self._feed, self._lease, self._url, self._name = feed, lease, url, name
        self._follows, self._page = False, _PAGE
        self._connection = AsyncExitStack()
        self._exchange: AbstractExchange | None = None
        self._loop = PollingLoop("broker publisher", self._go_on, idle_s=_IDLE_S, pace_s=_PACE_S, report=report)
        self.start = self._loop.start
        self.wake = self._loop.wake

    async def stop(self) -> None:
        await self._loop.stop()
        await self._disconnect()
        with suppress(AppError):  # else it ends by itself
            await self._lease.release()

    async def _go_on(self) -> bool:
        if not self._follows:
            await self._lease.follow()
            self._follows = True
        end = await self._feed.end()
        position = await self._lease.take(end.decided)
        if position is None:
            return False
        limit = self._page
        page = await self._feed.after(position, limit=limit)
        try:
            await self._publish(page)
        except BaseException:
            # A broker that is too slow for a page gets on with smaller ones.
            self._page = max(1, limit // 2)
            await self._disconnect()
            raise
        self._page = min(_PAGE, 2 * limit)
        failpoints.reach("published_position_not_moved")
        await self._lease.move(page[-1].position, published=position)
        return len(page) == limit

    async def _publish(self, page: Sequence[PublishedEvent]) -> None:
        exchange = self._exchange or await self._connect()
        # The lease must not end meanwhile: another replica would publish the same.
        within_s = self._lease.lease_s / 2
        with translated():
            try:
                # They are sent in this order. Once one fails, no later one is sent any more.
                async with asyncio.timeout(within_s), asyncio.TaskGroup() as group:
                    for published in page:
                        event = published.event
                        message = message_of(feed_event(published), event.kind)
                        group.create_task(exchange.publish(message, routing_key(event.aggregate_id, event.kind)))
            except ExceptionGroup as failed:
                raise failed.exceptions[0] from failed
        count_published(len(page))

    async def _connect(self) -> AbstractExchange:
        channel = await self._connection.enter_async_context(open_channel(self._url, self._name))
        with translated():
            async with asyncio.timeout(CONNECT_S):
                self._exchange = await declare_exchange(channel)
        count_broker_connection()
        return self._exchange

    async def _disconnect(self) -> None:
        self._exchange = None
        await self._connection.aclose()
