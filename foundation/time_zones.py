"""Days and hours of time zones, by the rules of the pinned tzdata package: those of the machine may be older."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import NamedTuple
from zoneinfo import ZoneInfo


class Hour(NamedTuple):
    """`hour` is what clocks show, 0 to 23; `start` and `end` are in UTC."""

    hour: int
    start: datetime
    end: datetime


@cache
def time_zone(name: str) -> ZoneInfo:
    """Raises ValueError if there is no such zone."""
    if name not in _names():
        raise ValueError("must be the name of a time zone, such as Europe/Berlin or UTC")
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as data:
        return ZoneInfo.from_file(data, key=name)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins, in UTC; with its first moment if its clocks skip midnight."""
    try:
        return datetime.combine(day, time.min, zone).astimezone(UTC)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)


def hours_of(day: date, zone: ZoneInfo) -> Iterator[Hour]:
    """The 23 to 25 hours of a day, in order: one that clocks show twice comes twice, one that they skip does not."""
    start, end = midnight(day, zone), midnight(day + timedelta(days=1), zone)
    while start < end:
        clock = start.astimezone(zone)
        full = timedelta(hours=1) - timedelta(minutes=clock.minute, seconds=clock.second)
        until = min(start + full, end)
        yield Hour(clock.hour, start, until)
        start = until


@cache
def _names() -> frozenset[str]:
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())
