"""Time as a port: business code reads a Clock, and tests control it."""

from __future__ import annotations

from datetime import UTC, datetime
from time import monotonic
from typing import ClassVar, Protocol


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
    """The clock of the process: the machine's until a database has told the time (chassis.db.probe).

    From then on it runs with the monotonic clock, so that setting the machine's clock changes nothing.
    """

    ahead_s: ClassVar[float | None] = None  # of the monotonic clock

    def now(self) -> datetime:
        return datetime.now(UTC) if self.ahead_s is None else datetime.fromtimestamp(monotonic() + self.ahead_s, UTC)
