"""Time as a port: business code reads a Clock, and tests control it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic, time
from typing import ClassVar, Protocol


class Clock(Protocol):
    """Returns the current time in UTC."""

    def now(self) -> datetime: ...


def in_utc(at: datetime) -> datetime:
    """The same time in UTC. Raises ValueError if it has no offset or if its year in UTC is not 1 to 9999."""
    if at.tzinfo is None:
        raise ValueError(f"{at!r} has no offset")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{at!r} is out of range") from None


class SystemClock:
    """The clock of the process: the machine's until a database has told the time (chassis.db.probe).

    Then it runs with the monotonic clock, and setting the machine's clock changes nothing. But the database's may have
    been set too, and after a sleep of the machine the monotonic clock is behind: `on_step` is called.
    """

    # Of the monotonic clock: how far this clock is ahead, and how far the machine's was when this one was set.
    ahead_s: ClassVar[float | None] = None
    machine_ahead_s: ClassVar[float] = 0
    on_step: ClassVar[Callable[[], None]] = lambda: None

    def now(self) -> datetime:
        if self.ahead_s is not None and abs(time() - monotonic() - self.machine_ahead_s) > 1:
            SystemClock.on_step()
        return datetime.now(UTC) if self.ahead_s is None else datetime.fromtimestamp(monotonic() + self.ahead_s, UTC)
