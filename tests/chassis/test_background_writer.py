"""An entry that cannot be written does not affect other entries."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from structlog.testing import capture_logs

from chassis import audit
from chassis.audit import BackgroundWriter, ErrorLog
from chassis.clock import SystemClock
from chassis.errors import Conflict, Locked, Unavailable
from tests.mesh import Recorder
from tests.polling import eventually


class FussySink:
    """Refuses a batch that has "poison" in it, or something `locked`, with `conflict`.

    Is unavailable for the first `away` writes.
    """

    def __init__(self, *, away: int = 0, conflict: type[Conflict] = Locked) -> None:
        self.away, self.conflict = away, conflict
        self.locked: set[str] = set()
        self.written: list[str] = []

    async def __call__(self, entries: Sequence[str]) -> None:
        if self.away:
            self.away -= 1
            raise Unavailable("the database does not answer")
        if self.locked & set(entries):
            raise self.conflict("another change is in progress here")
        if "poison" in entries:
            raise ValueError("cannot be written")
        self.written += entries


async def test_an_entry_that_cannot_be_written_costs_no_other_entry() -> None:
    sink = FussySink()
    reported: list[tuple[str, Exception]] = []
    writer: BackgroundWriter[str] = BackgroundWriter(
        "audit", sink, every_s=0.01, report=lambda source, error: reported.append((source, error))
    )
    entries = [f"entry {number}" for number in range(100)]
    for entry in [*entries[:37], "poison", *entries[37:]]:
        writer.add(entry)

    await writer.start()
    await eventually(lambda: len(sink.written) == 100)
    writer.add("later")
    await eventually(lambda: "later" in sink.written)
    await writer.stop()

    assert sink.written == [*entries, "later"]
    assert [(source, str(error)) for source, error in reported] == [("audit entry left out", "cannot be written")]


@pytest.mark.parametrize("conflict", [Locked, Conflict])
async def test_an_entry_in_conflict_waits_alone(conflict: type[Conflict]) -> None:
    sink = FussySink(conflict=conflict)
    sink.locked = {"entry 3", "entry 40"}
    writer: BackgroundWriter[str] = BackgroundWriter("done jobs", sink, every_s=0.01)
    entries = [f"entry {number}" for number in range(50)]
    for entry in entries:
        writer.add(entry)

    await writer.start()
    await eventually(lambda: len(sink.written) == 48)
    assert set(sink.written) == set(entries) - sink.locked
    sink.locked = set()
    await eventually(lambda: sorted(sink.written) == sorted(entries))
    await writer.stop()


@pytest.mark.parametrize("conflict", [Locked, Conflict])
async def test_when_it_stops_only_entries_in_conflict_are_lost(conflict: type[Conflict]) -> None:
    sink = FussySink(conflict=conflict)
    entries = [f"entry {number}" for number in range(1200)]
    sink.locked = {entries[0], entries[40], entries[-1]}
    writer: BackgroundWriter[str] = BackgroundWriter("done jobs", sink)
    for entry in entries:
        writer.add(entry)

    with capture_logs() as logs:
        await writer.stop()

    assert sorted(sink.written) == sorted(set(entries) - sink.locked)
    assert [(line["event"], line["count"]) for line in logs] == [("entries lost", 3)]


@pytest.mark.parametrize("conflict", [Locked, Conflict])
async def test_an_entry_whose_conflict_ends_before_it_has_stopped_is_written(conflict: type[Conflict]) -> None:
    class FreeLater(FussySink):
        async def __call__(self, entries: Sequence[str]) -> None:
            if self.written:
                self.locked = set()
            await super().__call__(entries)

    sink = FreeLater(conflict=conflict)
    sink.locked = {"first"}
    writer: BackgroundWriter[str] = BackgroundWriter("done jobs", sink)
    for entry in ("first", "second"):
        writer.add(entry)

    await writer.stop()

    assert sink.written == ["second", "first"]


async def test_it_does_not_wait_for_many_locked_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "_STOP_S", 0)
    sink = FussySink()
    sink.locked = {"first", "second"}
    writer: BackgroundWriter[str] = BackgroundWriter("done jobs", sink)
    for entry in ("first", "second", "third"):
        writer.add(entry)

    with capture_logs() as logs:
        await writer.stop()

    assert [line["count"] for line in logs] == [3]


async def test_entries_wait_while_the_database_is_away() -> None:
    sink = FussySink(away=2)
    writer: BackgroundWriter[str] = BackgroundWriter("audit", sink, every_s=0.01)
    writer.add("first")
    writer.add("second")

    await writer.start()
    await eventually(lambda: sink.written == ["first", "second"])
    await writer.stop()


async def test_nothing_is_written_twice_when_the_database_goes_away_between_the_halves() -> None:
    class GoesAway(FussySink):
        async def __call__(self, entries: Sequence[str]) -> None:
            await super().__call__(entries)
            self.away = 1

    sink = GoesAway()
    writer: BackgroundWriter[str] = BackgroundWriter("audit", sink, every_s=0.01)
    for entry in ("first", "second", "third", "poison"):
        writer.add(entry)

    await writer.start()
    await eventually(lambda: len(sink.written) == 3)
    await writer.stop()

    assert sink.written == ["first", "second", "third"]


async def test_texts_that_no_column_can_hold_are_recorded_without_what_it_cannot_hold() -> None:
    recorder = Recorder()
    log = ErrorLog("order", recorder, SystemClock())
    await log.start()
    log.report("charge", ValueError("NUL \0, half a pair \ud800, and " + "long " * 10_000))
    await log.stop()

    (error,) = recorder.entries
    assert error.message.startswith("NUL , half a pair \\ud800, and long")
    assert len(error.message.encode()) <= 2_000
    assert len(error.detail.encode()) <= 20_000
