"""Serves an event feed to other services: each subscriber gets all events after its position, in order."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from itertools import takewhile

from easyorder.internal.order.v1 import EventBatch, SubscribeRequest

from chassis.background import to_completion
from chassis.context import current
from chassis.events import PublishedEvent
from chassis.grpc.streams import stream_end
from order_svc.domain.feed import EventFeed
from order_svc.messages.feed_events import feed_event

# Receivers refuse messages of more than 4 MiB; an event is smaller than 1 KiB.
_PAGE = 500
# At 1,000 orders a second, what a stream that is paced has not sent yet.
_RECENT = 5_000
_RENEWED_AFTER_S = 600


class OrderFeedApi:
    """The servicer of easyorder.internal.order.v1.OrderFeedService.

    `dispatch` is called when events were published; pass it to a FeedTail. Events within `pace_s` are sent together. A
    stream ends after ten minutes; the position with which its consumer resumes shows the purge what the consumer
    has read.
    """

    def __init__(self, feed: EventFeed, *, heartbeat_s: float = 15, pace_s: float = 0.2) -> None:
        self._feed = feed
        self._heartbeat_s = heartbeat_s
        self._pace_s = pace_s
        self._published = asyncio.Event()
        # The events dispatched last, without a gap: most subscribers need only these, and cost no query.
        self._recent: deque[PublishedEvent] = deque(maxlen=_RECENT)

    def dispatch(self, events: Sequence[PublishedEvent]) -> None:
        """Wakes the streams: there is more to read."""
        self._recent.extend(events)
        self._wake()

    async def subscribe(self, request: SubscribeRequest) -> AsyncIterator[EventBatch]:
        """Raises InvalidArgument or EventsPurged for a position that the feed lacks."""
        end = stream_end()
        end.add_done_callback(lambda _: self._wake())
        position, kinds = request.after_position, frozenset(request.kinds)
        # First of all: from now on the purge keeps the events after this position.
        await to_completion(self._feed.seen_by(current().caller.id, position))
        (await to_completion(self._feed.end())).check(position, "afterPosition")
        ends_at = asyncio.get_running_loop().time() + _RENEWED_AFTER_S
        while not end.done():
            published = self._published
            page = await self._after(position)
            batch = _batch(page, position, kinds)
            yield batch
            position = batch.position
            if len(page) < _PAGE:
                if asyncio.get_running_loop().time() >= ends_at:
                    return
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._heartbeat_s):
                        await published.wait()
                await asyncio.sleep(self._pace_s)
        raise end.result()

    def _wake(self) -> None:
        self._published.set()
        # All waiting streams have the old one.
        self._published = asyncio.Event()

    async def _after(self, position: int) -> Sequence[PublishedEvent]:
        if self._recent and self._recent[0].position <= position + 1:
            # From the newest on: most streams have all but the last events.
            newer = list(takewhile(lambda published: published.position > position, reversed(self._recent)))
            return newer[: -_PAGE - 1 : -1]
        return await to_completion(self._feed.after(position, limit=_PAGE))


def _batch(page: Sequence[PublishedEvent], after: int, kinds: frozenset[str]) -> EventBatch:
    """The events of the page that are wanted; an empty page is a message without events."""
    events = [feed_event(published) for published in page if not kinds or published.event.kind in kinds]
    return EventBatch(events=events, after_position=after, position=page[-1].position if page else after)
