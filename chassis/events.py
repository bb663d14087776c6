"""Events: what happened to an aggregate, numbered without a gap, written with the change and told to others later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened. `sequence` counts the events of one aggregate from 1; `payload` can be written as JSON.

    `owner` and `owner_team` tell who may see it.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class EventBatch:
    """What a feed has after a position, and where to resume once that is taken; without events, how far the feed is."""

    events: Sequence[PublishedEvent]
    after: int
    position: int
