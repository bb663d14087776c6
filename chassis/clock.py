"""Time as a port: business code reads a Clock, and tests control it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Returns the current time in UTC."""

    def now(self) -> datetime: ...


def in_utc(time: datetime) -> datetime:
    """The same time in UTC. Raises ValueError if it has no offset or if its year in UTC is not 1 to 9999."""
    if time.tzinfo is None:
        raise ValueError(f"{time!r} has no offset")
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{time!r} is out of range") from None


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)
