"""Streams of orders: every subscriber gets its events once, in order and without a gap, wherever it resumes.

A subscriber first listens to new events, then reads older ones, and recognises duplicates by their sequence number. So
no event is lost between the two.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import ExitStack, aclosing

from easyorder.order.v1 import OrderEvent

from chassis.background import to_completion
from chassis.clock import Clock
from chassis.context import Caller, current
from chassis.errors import AppError, Internal, InvalidArgument
from chassis.events import PublishedEvent
from chassis.grpc.streams import stream_end
from order_svc.domain.feed import EventFeed, EventsPurged
from order_svc.domain.views import OrderView
from order_svc.order_ids import OrderIds
from order_svc.watch.events import StreamEvent, begin_of_many, ending, heartbeat_of_many, heartbeat_of_order, snapshot
from order_svc.watch.recent_counts import RecentCounts
from order_svc.watch.subscriptions import Subscription, Subscriptions, of_caller, of_order

_PAGE = 500


# Loads the order from the write side, so that it is never older than an event of the feed.
# Raises OrderNotFound if the caller may not see the order.
LoadOrder = Callable[[int], Awaitable[OrderView]]


class OrderWatch:
    """The streams of one process."""

    def __init__(
        self,
        feed: EventFeed,
        load_order: LoadOrder,
        ids: OrderIds,
        *,
        clock: Clock,
        heartbeat_s: float = 15.0,
        unread_limit: int = 1000,
    ) -> None:
        self._feed = feed
        self._load_order = load_order
        self._ids = ids
        self._clock = clock
        self._heartbeat_s = heartbeat_s
        self._subscriptions = Subscriptions(unread_limit=unread_limit)
        self._position = 0
        self._counts = RecentCounts(clock)

    @property
    def subscribers(self) -> int:
        """The number of live streams."""
        return len(self._subscriptions)

    def begin(self, position: int) -> None:
        """The events after `position` will be dispatched."""
        self._position = position
        self._counts = RecentCounts(self._clock)

    def dispatch(self, events: Sequence[PublishedEvent]) -> None:
        """Publishes the events since the last call, in order."""
        for published in events:
            stream_event = StreamEvent(published, self._ids)
            # A batch is dispatched again when a consumer fails.
            if published.position > self._position:
                self._counts.count(stream_event)
            self._subscriptions.publish(stream_event)
            self._position = published.position

    def watch_order(
        self, order_id: int, after_sequence: int | None, caller: Caller, field: str = "afterSequence"
    ) -> AsyncGenerator[OrderEvent, None]:
        """The stream of one order, which ends after its final status. `field` is where `after_sequence` is from.

        Raises OrderNotFound, InvalidArgument and EventsPurged before the first message; later failures, and why the
        stream has to end, are reported in the last message.
        """
        return self._to_the_end(self._of_order(order_id, after_sequence, caller, field), of_order=True)

    def watch_orders(
        self, after_position: int | None, caller: Caller, field: str = "resumeToken", *, past_minutes: int = 0
    ) -> AsyncGenerator[OrderEvent, None]:
        """The stream of the caller's orders, or of all orders for an administrator. `field` as in watch_order.

        It begins with the counts of everybody's orders in the `past_minutes`, unless it is resumed. Raises
        InvalidArgument and EventsPurged before the first message, and reports later failures like watch_order.
        """
        return self._to_the_end(self._of_caller(after_position, caller, field, past_minutes), of_order=False)

    async def _to_the_end(
        self, messages: AsyncGenerator[OrderEvent, None], *, of_order: bool
    ) -> AsyncGenerator[OrderEvent, None]:
        last, end = None, stream_end()
        try:
            async with aclosing(messages):
                async for message in messages:
                    last = message
                    yield message
                    if end.done():
                        raise end.result()
        except Exception as error:
            if last is None:
                raise
            known = error if isinstance(error, AppError) else _unexpected()
            yield ending(known, last, of_order=of_order, at=self._clock.now())
            if known is not error:
                raise

    async def _of_order(
        self, order_id: int, after_sequence: int | None, caller: Caller, field: str
    ) -> AsyncGenerator[OrderEvent, None]:
        with self._subscriptions.open(of_order(order_id)) as live:
            order = await to_completion(self._load_order(order_id))
            if after_sequence is None:
                yield snapshot(order, self._ids, at=self._clock.now())
                sequence = order.sequence
            else:
                sequence = _at_most(order.sequence, after_sequence, field)
                if sequence == order.sequence and not order.status.is_final:
                    # Confirms that the stream is open, where no event does.
                    yield heartbeat_of_order(order_id, sequence, self._ids, at=self._clock.now())
            status = order.status
            async with aclosing(self._events_of(order_id, sequence, order.sequence, live)) as events:
                # A final status ends the stream, unless there is more to replay.
                while sequence < order.sequence or not status.is_final:
                    stream_event = await anext(events)
                    if stream_event is None:
                        yield heartbeat_of_order(order_id, sequence, self._ids, at=self._clock.now())
                        continue
                    sequence = stream_event.sequence
                    status = stream_event.status or status
                    if stream_event.is_for(caller) and stream_event.message_of_order is not None:
                        yield stream_event.message_of_order

    async def _events_of(
        self, order_id: int, sequence: int, last: int, live: Subscription
    ) -> AsyncGenerator[StreamEvent | None, None]:
        """All events of the order after `sequence`, once and in order; None after each interval without events.

        Raises EventsPurged if an event up to `last` is no longer kept.
        """
        missing = await self._published(order_id, sequence)
        if sequence < last and (not missing or missing[0].sequence > sequence + 1):
            raise EventsPurged("these events of the order are no longer kept; begin again without a place to resume")
        while True:
            for stream_event in missing:
                sequence = stream_event.sequence
                yield stream_event
            missing = []
            following = await live.next(within_s=self._heartbeat_s)
            if following is None:
                yield None
            elif following.sequence == sequence + 1:
                missing = [following]
            elif following.sequence > sequence:
                missing = await self._published(order_id, sequence)

    async def _published(self, order_id: int, after_sequence: int) -> list[StreamEvent]:
        events = await to_completion(self._feed.of_aggregate(order_id, after_sequence=after_sequence))
        return [StreamEvent(event, self._ids) for event in events]

    async def _of_caller(
        self, after_position: int | None, caller: Caller, field: str, past_minutes: int
    ) -> AsyncGenerator[OrderEvent, None]:
        end = await to_completion(self._feed.end())
        if after_position is not None:
            end.check(after_position, field)
        position = end.decided if after_position is None else after_position
        counts = None
        if after_position is None and past_minutes:
            # The end may be further than what was dispatched and counted.
            position, counts = self._position, self._counts.of_past(past_minutes)
        # Confirms that the stream is open, and its position.
        yield begin_of_many(position, counts, self._ids, at=self._clock.now())
        with ExitStack() as listening:
            live: Subscription | None = None
            while True:
                page = await to_completion(self._feed.after(position, limit=_PAGE))
                # Afterwards, so that it is this page that lacks nothing: the purge does not wait for a slow reader.
                (await to_completion(self._feed.end())).check(position, field)
                for published in page:
                    position = published.position
                    stream_event = StreamEvent(published, self._ids)
                    if stream_event.is_for(caller) and stream_event.message_of_many is not None:
                        yield stream_event.message_of_many
                if len(page) == _PAGE:
                    continue
                if live is not None:
                    break
                # Caught up: listen from here, and read once more for events in between.
                live = listening.enter_context(self._subscriptions.open(of_caller(caller)))
            while True:
                following = await live.next(within_s=self._heartbeat_s)
                if following is None:
                    # Events dispatched meanwhile concerned other subscribers.
                    position = max(position, self._position)
                    yield heartbeat_of_many(position, self._ids, at=self._clock.now())
                elif following.position > position:
                    position = following.position
                    if following.is_for(caller) and following.message_of_many is not None:
                        yield following.message_of_many


def _at_most(last: int, after_sequence: int, field: str) -> int:
    if after_sequence > last:
        raise InvalidArgument.of(field, f"must be at most {last}, the sequence of the last event")
    return after_sequence


def _unexpected() -> Internal:
    correlation_id = current().correlation_id
    return Internal(
        f"something went wrong here; report it with the correlation id {correlation_id}",
        metadata={"correlationId": correlation_id},
    )
