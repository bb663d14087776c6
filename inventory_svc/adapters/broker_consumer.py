"""Takes order events from the broker, whose queue has them in order and keeps them until they have taken effect.

What the queue lacks comes from the feed: before anything is taken from the queue, and every ten minutes, the feed is
read to its end. So nothing is missed that was published before the queue was declared, and order_svc learns which
events are needed no more.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing

import structlog
from aio_pika.abc import AbstractIncomingMessage
from easyorder.internal.order.v1 import SubscribeRequest
from pydantic import SecretStr

from broker.cloud_events import decoded
from broker.connection import CONNECT_S, open_channel
from broker.topology import declare_queue
from chassis.background import PollingLoop, Report, to_nobody
from chassis.errors import Unavailable
from chassis.events import PublishedEvent
from chassis.grpc.clients import Client
from chassis.wire import Malformed
from inventory_svc.adapters.order_feed import KIND, SUBSCRIBE, Consumer, EventBatch, batch_of, event_of

log = structlog.get_logger(__name__)

QUEUE = "easyorder.inventory.order-events"
_PREFETCH = 500
_RENEWED_AFTER_S = 600
# A full page of the feed has more events, and so spans more positions.
_LESS_THAN_A_PAGE = 100


class BrokerConsumer:
    """Passes the events that this service takes to a consumer in batches, until the process stops.

    A message that is no event goes to the dead letters. After any other failure all that is not acknowledged comes
    again, on another connection; the consumer recognises what it has.
    """

    def __init__(
        self, url: SecretStr, order: Client, consumer: Consumer, *, name: str, report: Report = to_nobody
    ) -> None:
        self._url, self._order, self._consumer, self._name = url, order, consumer, name
        # None says that no more will come.
        self._arrived: asyncio.Queue[AbstractIncomingMessage | None] = asyncio.Queue()
        self._is_stopping = False
        self._loop = PollingLoop("broker consumer", self._follow, idle_s=1, report=report)
        self.start = self._loop.start

    async def stop(self) -> None:
        """Waits for the current batch to end."""
        self._is_stopping = True
        self._arrived.put_nowait(None)
        await self._loop.stop()

    async def _follow(self) -> bool:
        self._arrived = asyncio.Queue()
        async with open_channel(self._url, self._name, prefetch=_PREFETCH) as channel:
            async with asyncio.timeout(CONNECT_S):
                queue = await declare_queue(channel, QUEUE, [KIND])
            await self._read_feed()
            channel.close_callbacks.add(lambda *_: self._arrived.put_nowait(None))
            async with asyncio.timeout(CONNECT_S):
                await queue.consume(self._arrive)
            async for messages in self._batches():
                await self._take(messages)
                self._loop.failures = 0
        return not self._is_stopping

    async def _read_feed(self) -> None:
        batch = None
        while batch is None or batch.position - batch.after >= _LESS_THAN_A_PAGE:
            request = SubscribeRequest(after_position=await self._consumer.position(), kinds=[KIND])
            try:
                async with asyncio.timeout(CONNECT_S), aclosing(self._order.stream(SUBSCRIBE, request)) as pages:
                    batch = batch_of(await anext(pages))
            except TimeoutError:
                raise Unavailable("the feed is silent") from None
            await self._consumer.take(batch)

    async def _arrive(self, message: AbstractIncomingMessage) -> None:
        self._arrived.put_nowait(message)

    async def _batches(self) -> AsyncIterator[list[AbstractIncomingMessage]]:
        """What has arrived, until the channel closes, this object stops, or the feed is to be read again."""
        now = asyncio.get_running_loop().time
        ends_at = now() + _RENEWED_AFTER_S
        while not self._is_stopping:
            try:
                async with asyncio.timeout_at(ends_at):
                    arrived = [await self._arrived.get()]
            except TimeoutError:
                return
            while not self._arrived.empty():
                arrived.append(self._arrived.get_nowait())
            if messages := [message for message in arrived if message is not None]:
                yield messages
            if None in arrived:
                return

    async def _take(self, messages: Sequence[AbstractIncomingMessage]) -> None:
        events: list[PublishedEvent] = []
        last: AbstractIncomingMessage | None = None
        for message in messages:
            try:
                event = event_of(decoded(message.body))
            except Malformed as error:
                log.warning("a message is no event: it goes to the dead letters", error=str(error))
                await message.reject(requeue=False)
                continue
            last = message
            # What was published again comes after what it repeats.
            if not events or event.position > events[-1].position:
                events.append(event)
        if events:
            await self._consumer.take(EventBatch(events=events, after=0, position=events[-1].position))
        if last:
            # One that was rejected cannot be acknowledged, too.
            await last.ack(multiple=True)
