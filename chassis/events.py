"""Events of aggregates: numbered without gaps, written in the transaction of the change and published later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event. `sequence` counts those of one aggregate from 1. Stored, it has its `payload` as bytes in `content`.

    `owner` and the members of `owner_team` may see the event.
    """

    kind: str
    aggregate_id: int
    sequence: int
    owner: str
    owner_team: str | None = None
    occurred_on: datetime
    payload: Mapping[str, Any]
    content: bytes = b""
    traceparent: str = ""  # of the command that emitted it


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedEvent:
    """An event in the feed. `position` grows in the order in which events became visible."""

    position: int
    event: Event
