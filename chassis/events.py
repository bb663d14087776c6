"""Events of aggregates: numbered without gaps, written in the transaction of the change and published later."""

from __future__ import annotations

import json
from collections import UserDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any


class JsonPayload(UserDict[str, Any]):
    """A payload as JSON `text`, which is parsed on first access."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def data(self) -> dict[str, Any]:  # type: ignore[override]
        return dict(json.loads(self.text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event. `sequence` counts the events of one aggregate from 1; `payload` is serialisable as JSON.

    `owner` and `owner_team` determine who may see the event.
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
    """An event in the feed. `position` grows in the order in which events became visible."""

    position: int
    event: Event
