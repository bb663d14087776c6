"""The clock of a process goes on by the monotonic one, and says so when the machine's was set."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from chassis import clock
from chassis.clock import SystemClock

STEP_S = 3600.0


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A database has told the time; afterwards, the steps that are noticed."""
    noticed: list[str] = []
    ahead_s = time.time() - time.monotonic()
    monkeypatch.setattr(SystemClock, "ahead_s", ahead_s)
    monkeypatch.setattr(SystemClock, "machine_ahead_s", ahead_s)
    monkeypatch.setattr(SystemClock, "on_step", lambda: noticed.append("step"))
    return noticed


def test_the_machines_clock_is_all_there_is_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SystemClock, "ahead_s", None)

    assert abs(SystemClock().now() - datetime.now(UTC)) < timedelta(seconds=1)


def test_it_goes_on_quietly(steps: list[str]) -> None:
    assert abs(SystemClock().now() - datetime.now(UTC)) < timedelta(seconds=1)

    assert steps == []


@pytest.mark.parametrize("step_s", [-STEP_S, -2, 2, STEP_S])
def test_a_step_of_the_machines_clock_is_noticed_and_not_followed(
    steps: list[str], monkeypatch: pytest.MonkeyPatch, step_s: float
) -> None:
    monkeypatch.setattr(clock, "time", lambda: time.time() + step_s)

    assert abs(SystemClock().now() - datetime.now(UTC)) < timedelta(seconds=1)

    assert steps == ["step"]


def test_a_sleep_of_the_machine_is_noticed(steps: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    # The monotonic clock stood meanwhile.
    monkeypatch.setattr(clock, "monotonic", lambda: time.monotonic() - STEP_S)

    SystemClock().now()

    assert steps == ["step"]
