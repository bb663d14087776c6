"""The feed of the orders' events, as streams and other services read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from chassis.errors import InvalidArgument
from chassis.events import EventsPurged, PublishedEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEnd:
    """Where a feed ends: with the event at `decided`, before which nothing can appear any more.

    `first` is the oldest event that is kept, `written` the last position given to anybody; `pending` of these
    are of writers that are still at work, or wait for them.
    """

    first: int = 0
    decided: int = 0
    written: int = 0
    pending: int = 0

    def check(self, after: int, field: str) -> None:
        """Raises InvalidArgument for a position that was never given, EventsPurged for one that is no longer kept."""
        if after > self.written:
            raise InvalidArgument.of(field, f"must be at most {self.written}, the position of the last event")
        if 0 < after < self.first:
            raise EventsPurged(f"events before {self.first} are no longer kept; begin without {field}")


class EventFeed(Protocol):
    """Events in the order of their positions, like order_svc.adapters.feed.Feed."""

    async def end(self) -> FeedEnd: ...

    async def seen_by(self, consumer: str, position: int) -> None: ...

    async def after(self, position: int, *, limit: int = ...) -> list[PublishedEvent]: ...

    async def of_aggregate(self, aggregate_id: int, *, after_sequence: int) -> list[PublishedEvent]: ...
