"""The feed of order events, as streams and other services read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from chassis.errors import AppError, InvalidArgument, Kind
from chassis.events import PublishedEvent


class EventsPurged(AppError):
    """A subscriber asked to resume after an event that has been purged."""

    kind, reason = Kind.FAILED_PRECONDITION, "EVENTS_PURGED"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEnd:
    """The end of a feed is the event at `decided`: no further event can appear before it.

    `first` is the oldest event that is kept, `written` the last position that was assigned. `pending` counts the
    positions whose writers are still active, or that wait for such writers.
    """

    first: int = 0
    decided: int = 0
    written: int = 0
    pending: int = 0

    def check(self, after: int, field: str) -> None:
        """Raises InvalidArgument for a position that was never assigned, EventsPurged if it is no longer kept."""
        if after > self.written:
            raise InvalidArgument.of(field, "is later than the last event")
        if 0 < after < self.first:
            raise EventsPurged(f"events that followed it are no longer kept; begin without {field}")


class EventFeed(Protocol):
    """Reads events in the order of their positions, like order_svc.adapters.feed.Feed."""

    async def end(self) -> FeedEnd: ...

    async def seen_by(self, consumer: str, position: int) -> None: ...

    async def after(self, position: int, *, limit: int = ...) -> list[PublishedEvent]: ...

    async def of_aggregate(self, aggregate_id: int, *, after_sequence: int) -> list[PublishedEvent]: ...
