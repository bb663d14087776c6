"""Events: what happened to an aggregate, numbered without a gap, written with the change and published later."""

from __future__ import annotations

import json
from collections import UserDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol

from chassis.errors import AppError, InvalidArgument, Kind


class JsonPayload(UserDict[str, Any]):
    """A payload as its JSON `text`, which is parsed when somebody looks inside."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def data(self) -> dict[str, Any]:  # type: ignore[override]
        return dict(json.loads(self.text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened. `sequence` counts the events of one aggregate from 1; `payload` can be written as JSON.

    `owner` and `owner_team` say who may see it.
    """

    kind: str
    aggregate_id: int
    sequence: int
    owner: str
    owner_team: str | None = None
    occurred_on: datetime
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedEvent:
    """An event in the feed. `position` grows in the order in which events became visible to everybody."""

    position: int
    event: Event


class EventsPurged(AppError):
    """Somebody is to resume after an event that is no longer kept."""

    kind, reason = Kind.FAILED_PRECONDITION, "EVENTS_PURGED"


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
            raise InvalidArgument.of(field, f"the last there is has the number {self.written}")
        if 0 < after < self.first:
            raise EventsPurged(f"events before {self.first} are no longer kept; begin without {field}")


class EventFeed(Protocol):
    """Events in the order of their positions, like chassis.db.outbox.Feed."""

    async def end(self) -> FeedEnd: ...

    async def seen_by(self, consumer: str, position: int) -> None: ...

    async def after(self, position: int, *, limit: int = ...) -> list[PublishedEvent]: ...

    async def of_aggregate(self, aggregate_id: int, *, after_sequence: int) -> list[PublishedEvent]: ...
