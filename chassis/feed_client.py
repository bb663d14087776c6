"""Reads the event feed of another service: from the position that its consumer keeps, and again after every break."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Protocol

import structlog
import tenacity
from easyorder.feed.v1 import EventBatch as EventBatchMessage
from easyorder.feed.v1 import SubscribeRequest

from chassis.background import Report, backoff_s, to_nobody
from chassis.errors import Conflict, Unavailable
from chassis.events import EventBatch
from chassis.feed_messages import batch_of
from chassis.grpc.clients import Client, Rpc, rpc

log = structlog.get_logger(__name__)

ORDER_FEED = rpc("easyorder.order.v1.OrderFeed", "Subscribe", SubscribeRequest, EventBatchMessage)

# So long a neighbour may take to start.
_QUIET_FAILURES = 10


class StaleOffset(Conflict):
    """The position that the consumer keeps is not where the feed was read: it is to be read again from there."""

    reason = "POSITION_MOVED"


class Feed(Protocol):
    """Events of somebody else."""

    def follow(self, after: int) -> AsyncGenerator[EventBatch, None]:
        """What there is after a position, and then what comes; ends or raises when the connection does."""
        ...


class Consumer(Protocol):
    """Who takes them, like chassis.db.inbox.Inbox."""

    async def position(self) -> int: ...

    async def take(self, batch: EventBatch) -> None: ...


class RemoteFeed:
    """A feed over gRPC; of the events of some `kinds`, all without any."""

    def __init__(
        self, peer: Client, method: Rpc[SubscribeRequest, EventBatchMessage], *, kinds: Sequence[str] = ()
    ) -> None:
        self._peer = peer
        self._method = method
        self._kinds = list(kinds)

    async def follow(self, after: int) -> AsyncGenerator[EventBatch, None]:
        request = SubscribeRequest(after_position=after, kinds=self._kinds)
        async for message in self._peer.stream(self._method, request):
            yield batch_of(message)


class FeedConsumer:
    """Hands a feed to its consumer, batch by batch, as long as the process runs.

    A failure of either is logged, told to `report` when it is the first, and tried again after an exponential backoff
    of at most 5 s, from the position that the consumer kept. A feed that is silent for `silence_s` counts as broken.
    """

    def __init__(
        self,
        feed: Feed,
        consumer: Consumer,
        *,
        silence_s: float = 60,
        report: Report = to_nobody,
    ) -> None:
        self._feed = feed
        self._consumer = consumer
        self._silence_s = silence_s
        self._report = report
        self._stopping = asyncio.Event()
        self._waiting: asyncio.Task[EventBatch] | None = None
        self._failures = 0
        self._task: asyncio.Task[None] | None = None
        self._backoff = tenacity.wait_random_exponential(multiplier=0.1, max=5)

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="feed consumer")

    async def stop(self) -> None:
        """Lets the batch that is being taken end."""
        self._stopping.set()
        if self._waiting is not None:
            self._waiting.cancel()
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                await self._follow()
            except Exception as error:
                self._failures += 1
                # A neighbour that starts or restarts is no news.
                is_expected = isinstance(error, Unavailable | StaleOffset)
                note = log.debug if is_expected and self._failures <= _QUIET_FAILURES else log.warning
                note("the feed is interrupted and will be followed again", failures=self._failures, error=repr(error))
                if self._failures == 1 and not is_expected:
                    self._report("feed consumer", error)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(backoff_s(self._backoff, self._failures)):
                        await self._stopping.wait()

    async def _follow(self) -> None:
        async with aclosing(self._feed.follow(await self._consumer.position())) as batches:
            while (batch := await self._next(batches)) is not None:
                await self._consumer.take(batch)
                self._failures = 0

    async def _next(self, batches: AsyncGenerator[EventBatch, None]) -> EventBatch | None:
        """The next batch; None once this is to stop. Raises Unavailable when the feed ended or is silent."""
        if self._stopping.is_set():
            return None
        self._waiting = asyncio.ensure_future(anext(batches))
        try:
            async with asyncio.timeout(self._silence_s):
                return await self._waiting
        except (StopAsyncIteration, TimeoutError):
            raise Unavailable("the feed ended") from None
        except asyncio.CancelledError:
            if self._stopping.is_set():
                return None
            raise
        finally:
            self._waiting = None
