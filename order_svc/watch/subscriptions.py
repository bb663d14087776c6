"""Subscriptions and their queues: a subscriber that reads too slowly is ended, and delays no other."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from chassis.context import Caller
from chassis.errors import AppError, Kind
from chassis.grpc.streams import stream_end
from order_svc.watch.events import StreamEvent

# The topic of a subscriber: an order, the orders of a person, the orders of a team, or everything.
Topic = tuple[str, int | str]
_EVERYTHING: Topic = ("everything", 0)


class SubscriberTooSlow(AppError):
    """The subscriber read too slowly, and its queue overflowed."""

    kind, reason = Kind.RESOURCE_EXHAUSTED, "SUBSCRIBER_TOO_SLOW"


class Subscription:
    """The events that were published to one subscriber and not read yet."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._unread: deque[StreamEvent] = deque()
        self._ended: AppError | None = None
        self._woken = asyncio.Event()

    def publish(self, stream_event: StreamEvent) -> None:
        if self._ended is not None:
            return
        if len(self._unread) == self._limit:
            self.end(
                SubscriberTooSlow("the stream is read too slowly; connect again and resume after its last sequence")
            )
            return
        self._unread.append(stream_event)
        self._woken.set()

    def end(self, error: AppError) -> None:
        """Ends the subscription and drops unread events: a subscriber that resumes gets them again."""
        self._unread.clear()
        self._ended = error
        self._woken.set()

    async def next(self, *, within_s: float) -> StreamEvent | None:
        """The next event, or None if there was none in time. Raises the error that ended the subscription."""
        if not self._unread and self._ended is None:
            self._woken.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(within_s):
                    await self._woken.wait()
        if self._ended is not None:
            raise self._ended
        return self._unread.popleft() if self._unread else None


class Subscriptions:
    """All subscriptions of a process, indexed by topic."""

    def __init__(self, *, unread_limit: int) -> None:
        self._unread_limit = unread_limit
        self._by_topic: defaultdict[Topic, set[Subscription]] = defaultdict(set)

    @contextmanager
    def open(self, topics: Sequence[Topic]) -> Iterator[Subscription]:
        """Subscribes for the duration of the block."""
        subscription = Subscription(self._unread_limit)
        stream_end().add_done_callback(lambda why: subscription.end(why.result()))
        for topic in topics:
            self._by_topic[topic].add(subscription)
        try:
            yield subscription
        finally:
            for topic in topics:
                self._by_topic[topic].discard(subscription)
                if not self._by_topic[topic]:
                    del self._by_topic[topic]

    def publish(self, stream_event: StreamEvent) -> None:
        """Queues the event once for each subscriber that it concerns."""
        event = stream_event.event
        topics = (("order", event.aggregate_id), ("owner", event.owner), ("team", event.owner_team or ""), _EVERYTHING)
        for subscription in set().union(*(self._by_topic[topic] for topic in topics if topic in self._by_topic)):
            subscription.publish(stream_event)

    def __len__(self) -> int:
        return len(set().union(*self._by_topic.values()))


def of_order(order_id: int) -> list[Topic]:
    return [("order", order_id)]


def of_caller(caller: Caller) -> list[Topic]:
    """The topics of the caller; everything for an administrator."""
    if caller.is_admin:
        return [_EVERYTHING]
    return [("owner", caller.id), *(("team", team) for team in caller.team_ids)]
