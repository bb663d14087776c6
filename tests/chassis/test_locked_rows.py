"""Commands that meet a locked row are refused alone, and wait apart from the others until the row is free."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest

from chassis.batching import LockedRows
from chassis.errors import EtagMismatch, Locked, RequestIdExpired
from chassis.idempotency import RequestKey
from chassis.jobs import JobImpossible
from chassis.unit_of_work import UnitOfWork
from tests.chassis.mediator_app import MediatorApp, TakeNote, TakeNoteOfRow, TakeNotes, in_memory_app
from tests.polling import eventually

LOCKED = Locked("another change is in progress here", retry_after_s=1)


@pytest.fixture
def app() -> MediatorApp:
    return in_memory_app()


def notes(app: MediatorApp, *texts: str, needs: tuple[str, ...] = ()) -> list[asyncio.Task[str]]:
    return [asyncio.create_task(app.mediator.send(TakeNotes(text=text, needs=needs))) for text in texts]


async def meet_locked(app: MediatorApp, *needs: str, kind: type[TakeNoteOfRow | TakeNotes] = TakeNotes) -> None:
    """A note that needs these rows is refused, because one of them is locked."""
    app.broken["locked"] = lambda: LOCKED
    with pytest.raises(Locked):
        await app.mediator.send(kind(text="locked", needs=needs))
    app.batches.clear()


async def goes_with_others(app: MediatorApp, row: str) -> bool:
    """Whether a note that needs the row shares a batch with one that does not, as the row is not known to be locked."""
    app.batches.clear()
    await asyncio.gather(*notes(app, "one", needs=(row,)), *notes(app, "two"))
    return app.batches == [["one", "two"]]


async def test_a_command_that_meets_a_locked_row_is_refused_alone(app: MediatorApp) -> None:
    app.broken["5"] = lambda: LOCKED

    results = await asyncio.gather(*notes(app, *"01234567"), return_exceptions=True)

    assert results == [LOCKED if text == "5" else f"noted {text}" for text in "01234567"]
    assert await app.notes() == list("0123467")
    # Twice as a whole, then in halves, quarters and alone.
    assert [len(batch) for batch in app.batches if "5" in batch] == [8, 8, 4, 2, 1]


async def test_all_commands_that_need_a_locked_row_are_found_at_once(app: MediatorApp) -> None:
    app.locked["a"] = app.locked["b"] = "the row"
    needs = {"2": ("a",), "4": ("b",), "5": ("c",), "7": ("a", "c")}
    for text in "247":
        app.broken[text] = lambda: LOCKED

    sending = [app.mediator.send(TakeNotes(text=text, needs=needs.get(text, ()))) for text in "01234567"]
    results = await asyncio.gather(*sending, return_exceptions=True)

    assert results == [LOCKED if text in "247" else f"noted {text}" for text in "01234567"]
    assert app.batches == [list("01234567"), list("01356")]


async def test_a_row_is_tried_for_one_of_the_names_that_led_to_it(app: MediatorApp) -> None:
    app.locked["a"] = app.locked["b"] = "the row"
    app.broken["a"] = app.broken["b"] = lambda: LOCKED
    await asyncio.gather(*notes(app, "a", needs=("a",)), *notes(app, "b", needs=("b",)), return_exceptions=True)
    app.batches.clear()
    app.gate.clear()
    tried = notes(app, "free", needs=("a",))
    await eventually(lambda: app.batches == [["free"]])

    with pytest.raises(Locked):
        await asyncio.wait_for(app.mediator.send(TakeNotes(text="refused", needs=("b",))), timeout=5)

    app.gate.set()
    await asyncio.gather(*tried)
    # Free for both.
    await asyncio.gather(*notes(app, "one", needs=("b",)), *notes(app, "two"))
    assert app.batches == [["free"], ["one", "two"]]


async def test_a_single_command_waits_longer_for_a_locked_row(app: MediatorApp) -> None:
    left = [LOCKED] * 3
    app.broken["milk"] = lambda: left.pop() if left else None

    assert await app.mediator.send(TakeNote(text="milk")) == "noted milk"


async def test_commands_for_a_locked_row_hold_nobody_up(app: MediatorApp) -> None:
    await meet_locked(app, "a", "b")
    app.gate.clear()
    same = notes(app, "same", needs=("b",))
    await eventually(lambda: app.batches == [["same"]])
    app.gate.set()
    others = notes(app, "other", "another", needs=("c",))

    assert await asyncio.gather(*others, *same)
    assert app.batches == [["same"], ["other", "another"]]


async def test_one_command_at_a_time_tries_a_locked_row(app: MediatorApp) -> None:
    await meet_locked(app, "a")
    await meet_locked(app, "b")
    app.gate.clear()
    first = notes(app, "first", needs=("a",))
    await eventually(lambda: app.batches == [["first"]])

    # Whoever sends them may try again; calls with other commands are not held up.
    with pytest.raises(Locked):
        await app.mediator.send(TakeNotes(text="second", needs=("a", "c")))
    other_row = notes(app, "other row", needs=("b",))
    app.gate.set()

    assert await asyncio.gather(*first, *other_row) == ["noted first", "noted other row"]
    assert await app.mediator.send(TakeNotes(text="third", needs=("a",))) == "noted third"


@pytest.mark.parametrize("kind", [TakeNoteOfRow, TakeNotes])
async def test_commands_for_locked_rows_take_no_more_connections_than_others(
    kind: type[TakeNoteOfRow | TakeNotes],
) -> None:
    """Each is for a row of its own, so that all of them are tried."""
    app, opened = in_memory_app(), 0
    open_uow = app.open_uow

    @asynccontextmanager
    async def counted(**how: bool) -> AsyncIterator[UnitOfWork]:
        nonlocal opened
        opened += 1
        async with open_uow(**how) as uow:
            yield uow
        opened -= 1

    app.open_uow = cast(Any, counted)
    app.mediator = app.another_mediator(singles=2)
    rows = [str(number) for number in range(10)]
    for row in rows:
        await meet_locked(app, row, kind=kind)
    app.gate.clear()
    opened = 0

    crowd = [asyncio.create_task(app.mediator.send(kind(text=row, needs=(row,)))) for row in rows]
    await eventually(lambda: app.batches)
    for _ in range(20):
        await asyncio.sleep(0)
    assert opened == 2

    app.gate.set()
    assert await asyncio.gather(*crowd) == [f"noted {row}" for row in rows]


async def test_a_row_is_free_when_a_command_that_needs_it_succeeds(app: MediatorApp) -> None:
    await meet_locked(app, "a")
    await asyncio.gather(*notes(app, "free", needs=("a",)))

    assert await goes_with_others(app, "a")


def test_of_several_rows_those_of_a_success_are_free() -> None:
    rows = LockedRows()

    rows.learn(reached=["b"], met=["ab"])
    assert (bool(rows.of("a")), bool(rows.of("b"))) == (True, False)

    # That "a" is locked is reason enough.
    rows.learn(reached=[], met=["ac"])
    assert not rows.of("c")

    rows.learn(reached=["a"], met=[])
    assert not rows.of("a")


@pytest.mark.parametrize(
    ("error", "is_reached"),
    [
        # What was refused before may not have come to the row; a precondition is checked on it.
        (EtagMismatch("changed"), False),
        (ValueError("a defect"), False),
        (JobImpossible("a precondition"), True),
    ],
    ids=repr,
)
async def test_a_row_is_free_when_a_precondition_on_it_fails(
    app: MediatorApp, error: Exception, is_reached: bool
) -> None:
    await meet_locked(app, "a")
    app.broken["other"] = lambda: error
    with pytest.raises(type(error)):
        await app.mediator.send(TakeNotes(text="other", needs=("a",)))

    assert await goes_with_others(app, "a") is is_reached


@pytest.mark.parametrize("is_kept", [True, False])
async def test_a_repeat_that_is_answered_from_memory_does_not_tell_that_the_row_is_free(
    app: MediatorApp, is_kept: bool
) -> None:
    first = TakeNotes(text="first", needs=("a",), request=RequestKey("ann", "1", "body"))
    await app.mediator.send(first)
    await meet_locked(app, "a")
    if is_kept:
        assert await app.mediator.send(first) == "noted first"
    else:
        await app.purge_answers()
        with pytest.raises(RequestIdExpired):
            await app.mediator.send(first)

    assert not await goes_with_others(app, "a")


def test_few_rows_are_remembered() -> None:
    rows = LockedRows()

    for number in range(2000):
        rows.learn(reached=[], met=[[number]])

    assert [bool(rows.of([number])) for number in (0, 999, 1000, 1999)] == [False, False, True, True]
