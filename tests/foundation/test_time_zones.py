"""Days and hours of time zones are those that their clocks show, whatever the machine knows of time zones."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, date, datetime, timedelta

import pytest

from foundation.time_zones import hours_of, midnight, time_zone

BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("name", "day", "shown"),
    [
        ("UTC", date(2026, 3, 29), list(range(24))),
        (BERLIN, date(2026, 3, 28), list(range(24))),
        # Clocks go from 2:00 to 3:00, and back from 3:00 to 2:00.
        (BERLIN, date(2026, 3, 29), [0, 1, *range(3, 24)]),
        (BERLIN, date(2026, 10, 25), [0, 1, 2, 2, *range(3, 24)]),
        # By half an hour.
        ("Australia/Lord_Howe", date(2026, 4, 5), [0, 1, 1, *range(2, 24)]),
        # At midnight: the day begins at 1:00.
        ("Africa/Cairo", date(2026, 4, 24), list(range(1, 24))),
        ("Asia/Kathmandu", date(2026, 1, 1), list(range(24))),
        # Left out, to be on the other side of the date line.
        ("Pacific/Apia", date(2011, 12, 30), []),
    ],
)
def test_the_hours_of_a_day_are_those_of_its_clocks(name: str, day: date, shown: list[int]) -> None:
    zone = time_zone(name)

    hours = list(hours_of(day, zone))

    assert [hour.hour for hour in hours] == shown
    # They follow one another, from this midnight to the next.
    edges = [midnight(day, zone), *(hour.end for hour in hours)]
    assert [hour.start for hour in hours] == edges[:-1]
    assert edges[-1] == midnight(day + timedelta(days=1), zone)


def test_the_first_day_of_the_calendar_begins_with_it() -> None:
    assert midnight(date.min, time_zone(BERLIN)) == datetime.min.replace(tzinfo=UTC)
    assert midnight(date.max, time_zone("Pacific/Honolulu")) > midnight(date.max, time_zone("UTC"))


@pytest.mark.parametrize("name", ["", "europe/berlin", "Mars/Olympus", "../../etc/passwd", "Europe", "\0", "localtime"])
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="such as Europe/Berlin"):
        time_zone(name)


def test_the_machines_own_data_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    time_zone.cache_clear()
    monkeypatch.setattr(zoneinfo, "TZPATH", ())

    assert midnight(date(2026, 7, 1), time_zone(BERLIN)) == datetime(2026, 6, 30, 22, tzinfo=UTC)
