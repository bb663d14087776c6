"""The mediator, on fakes and on PostgreSQL: each request takes effect once, and failures do not spread in a batch."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from chassis.context import Caller, RequestContext, current, request_context
from chassis.errors import Conflict, EtagMismatch, RequestIdExpired, RequestIdReused, Unavailable
from chassis.grpc.metadata import POSITION
from chassis.jobs import LeaseLost
from chassis.mediator import CONFLICT_ATTEMPTS, Command
from chassis.unit_of_work import NeedsTransaction, UnitOfWork
from tests.chassis.mediator_app import CountWords, Fault, MediatorApp, TakeNote, TakeNotes, in_memory_app, sql_app
from tests.fakes.chassis import request_key
from tests.polling import eventually


@pytest.fixture(params=["fakes", "postgres", "optimistic"])
def app(request: pytest.FixtureRequest) -> MediatorApp:
    if request.param == "fakes":
        return in_memory_app()
    return sql_app(request.getfixturevalue("chassis_engine"), optimistic=request.param == "optimistic")


@pytest.fixture
def on_postgres(request: pytest.FixtureRequest) -> MediatorApp:
    return sql_app(request.getfixturevalue("chassis_engine"))


@pytest.fixture
def optimistic(request: pytest.FixtureRequest) -> MediatorApp:
    return sql_app(request.getfixturevalue("chassis_engine"), optimistic=True)


@pytest.fixture(params=[False, True], ids=["locking", "optimistic"])
def sql_apps(request: pytest.FixtureRequest) -> tuple[MediatorApp, MediatorApp]:
    """Two replicas on one database."""
    engine = request.getfixturevalue("chassis_engine")
    return sql_app(engine, optimistic=request.param), sql_app(engine, optimistic=request.param)


each_way = pytest.mark.parametrize("command", [TakeNote, TakeNotes])
Make = Callable[..., Command[str]]


def times(count: int, error: Exception) -> Fault:
    """Fails `count` times, and then no more."""
    left = [error] * count
    return lambda: left.pop() if left else None


async def outcomes(*sending: object) -> Sequence[object]:
    return await asyncio.gather(*sending, return_exceptions=True)  # type: ignore[call-overload]


async def in_flight(app: MediatorApp, *commands: Command[Any]) -> list[asyncio.Task[Any]]:
    """Sends a first command, which is held at the gate, and then the others, which wait for it."""
    app.gate.clear()
    first = asyncio.create_task(app.mediator.send(TakeNotes(text="first")))
    await eventually(lambda: app.batches == [["first"]])
    tasks = [first, *(asyncio.create_task(app.mediator.send(command)) for command in commands)]
    await asyncio.sleep(0)
    return tasks


@each_way
async def test_a_command_is_carried_out_and_answered(app: MediatorApp, command: Make) -> None:
    assert await app.mediator.send(command(text="milk")) == "noted milk"
    assert await app.notes() == ["milk"]


@each_way
async def test_a_refused_command_leaves_nothing(app: MediatorApp, command: Make) -> None:
    app.refused["milk"] = EtagMismatch("no milk today")

    with pytest.raises(EtagMismatch):
        await app.mediator.send(command(text="milk"))

    assert await app.notes() == []


async def test_a_batch_grows_while_one_is_in_flight(app: MediatorApp) -> None:
    tasks = await in_flight(app, *(TakeNotes(text=text) for text in "abcde"))
    app.gate.set()

    assert await asyncio.gather(*tasks) == ["noted first", *(f"noted {text}" for text in "abcde")]
    assert app.batches == [["first"], ["a", "b", "c", "d", "e"]]


async def test_a_batch_has_a_limit(app: MediatorApp) -> None:
    app.mediator = app.another_mediator(max_size=2)
    tasks = await in_flight(app, *(TakeNotes(text=text) for text in "abc"))
    app.gate.set()

    await asyncio.gather(*tasks)
    assert app.batches == [["first"], ["a", "b"], ["c"]]


async def test_a_refusal_in_a_batch_is_its_own_commands_affair(app: MediatorApp) -> None:
    app.refused["b"] = EtagMismatch("no b today")
    first, a, b, c = await in_flight(app, *(TakeNotes(text=text) for text in "abc"))
    app.gate.set()

    await outcomes(first, a, b, c)
    assert isinstance(b.exception(), EtagMismatch)
    assert await app.notes() == ["a", "c", "first"]
    assert len(app.batches) == 2


async def test_a_command_that_breaks_its_batch_fails_alone(app: MediatorApp) -> None:
    app.broken["e"] = lambda: ValueError("a defect")
    _, *rest = await in_flight(app, *(TakeNotes(text=text) for text in "abcdefgh"))
    app.gate.set()

    failed = [outcome for outcome in await outcomes(*rest) if isinstance(outcome, Exception)]
    assert [type(error) for error in failed] == [ValueError]
    assert await app.notes() == ["a", "b", "c", "d", "f", "first", "g", "h"]
    # In halves, not one by one.
    assert [len(batch) for batch in app.batches] == [1, 8, 4, 4, 2, 1, 1, 2]


async def test_a_command_that_the_database_refuses_fails_alone(app: MediatorApp) -> None:
    await app.mediator.send(TakeNote(text="taken", number=7))
    app.batches.clear()
    first, a, b, c = await in_flight(app, *(TakeNotes(text=text, number=ord(text) - 91) for text in "abc"))
    app.gate.set()

    await outcomes(first, a, b, c)
    assert isinstance(b.exception(), Conflict)
    assert await app.notes() == ["a", "c", "first", "taken"]


@each_way
async def test_a_conflict_is_tried_again(app: MediatorApp, command: Make) -> None:
    app.broken["milk"] = times(5, Conflict("collided"))

    assert await app.mediator.send(command(text="milk")) == "noted milk"
    assert len(app.batches) == 6
    assert await app.notes() == ["milk"]


@each_way
async def test_a_conflict_that_does_not_end_is_told(app: MediatorApp, command: Make) -> None:
    app.broken["milk"] = lambda: Conflict("collided")

    with pytest.raises(Conflict):
        await app.mediator.send(command(text="milk"))

    assert len(app.batches) == CONFLICT_ATTEMPTS
    assert await app.notes() == []


async def test_a_batch_is_repeated_once_before_it_is_halved(app: MediatorApp) -> None:
    app.broken["b"] = times(1, Conflict("collided"))
    tasks = await in_flight(app, *(TakeNotes(text=text) for text in "abcd"))
    app.gate.set()

    await asyncio.gather(*tasks)
    assert app.batches == [["first"], list("abcd"), list("abcd")]


@each_way
async def test_a_lost_lease_is_not_tried_again(app: MediatorApp, command: Make) -> None:
    app.broken["milk"] = lambda: LeaseLost("taken over")

    with pytest.raises(LeaseLost):
        await app.mediator.send(command(text="milk"))

    assert len(app.batches) == 1


async def test_a_batch_whose_outcome_is_unknown_is_not_repeated(app: MediatorApp) -> None:
    app.broken["b"] = lambda: Unavailable("no database")
    first, a, b = await in_flight(app, TakeNotes(text="a"), TakeNotes(text="b"))
    app.gate.set()

    await outcomes(first, a, b)
    assert isinstance(a.exception(), Unavailable)
    assert isinstance(b.exception(), Unavailable)
    assert len(app.batches) == 2


@each_way
async def test_the_same_request_has_one_effect_and_one_answer(app: MediatorApp, command: Make) -> None:
    answers = [await app.mediator.send(command(text="milk", request=request_key())) for _ in range(3)]

    assert answers == ["noted milk"] * 3
    assert app.batches == [["milk"]]
    assert await app.notes() == ["milk"]


async def test_kinds_that_are_handled_together_share_batches_and_keep_their_own_answers(app: MediatorApp) -> None:
    count = CountWords(text="one two", request=request_key())
    *tasks, counting = await in_flight(app, TakeNotes(text="tea"), count)

    app.gate.set()
    assert await asyncio.gather(*tasks) == ["noted first", "noted tea"]
    assert await counting == 2
    assert app.batches == [["first"], ["tea"], ["count one two"]]
    assert await app.mediator.send(count) == 2
    assert len(app.batches) == 3


@each_way
async def test_a_request_that_is_not_as_new_as_it_says_has_no_second_effect(app: MediatorApp, command: Make) -> None:
    first = await app.mediator.send(command(text="milk", request=request_key()))

    again = command(text="milk", request=request_key(), request_is_new=True)
    assert await app.mediator.send(again) == first
    with pytest.raises(RequestIdReused):
        await app.mediator.send(command(text="tea", request=request_key(body="tea"), request_is_new=True))
    assert await app.notes() == ["milk"]


@each_way
async def test_a_request_id_with_another_body_is_refused(app: MediatorApp, command: Make) -> None:
    await app.mediator.send(command(text="milk", request=request_key(body="milk")))

    with pytest.raises(RequestIdReused):
        await app.mediator.send(command(text="tea", request=request_key(body="tea")))

    assert await app.notes() == ["milk"]


async def test_two_callers_may_use_the_same_request_id(app: MediatorApp) -> None:
    await app.mediator.send(TakeNote(text="milk", request=request_key(scope="ann/TakeNote")))
    await app.mediator.send(TakeNote(text="tea", request=request_key(scope="ben/TakeNote")))

    assert await app.notes() == ["milk", "tea"]


async def test_duplicates_inside_one_batch_have_one_effect(app: MediatorApp) -> None:
    same = [TakeNotes(text="milk", request=request_key()) for _ in range(3)]
    _, *tasks = await in_flight(app, *same, TakeNotes(text="tea", request=request_key(body="another")))
    app.gate.set()

    *same_outcomes, other = await outcomes(*tasks)
    assert same_outcomes == ["noted milk"] * 3
    assert isinstance(other, RequestIdReused)
    assert app.batches[1] == ["milk"]
    assert await app.notes() == ["first", "milk"]


async def test_duplicates_inside_one_batch_share_a_refusal(app: MediatorApp) -> None:
    app.refused["milk"] = EtagMismatch("no milk today")
    _, *tasks = await in_flight(app, *(TakeNotes(text="milk", request=request_key()) for _ in range(2)))
    app.gate.set()

    assert [type(outcome) for outcome in await outcomes(*tasks)] == [EtagMismatch, EtagMismatch]


@each_way
async def test_a_refused_request_may_be_made_again(app: MediatorApp, command: Make) -> None:
    app.refused["milk"] = EtagMismatch("no milk today")
    with pytest.raises(EtagMismatch):
        await app.mediator.send(command(text="milk", request=request_key()))
    app.refused.clear()

    assert await app.mediator.send(command(text="milk", request=request_key())) == "noted milk"


@each_way
async def test_a_request_id_is_used_once_for_ever(app: MediatorApp, command: Make) -> None:
    await app.mediator.send(command(text="milk", request=request_key()))
    await app.purge_answers()

    for is_new in (False, True):
        with pytest.raises(RequestIdExpired, match="'r-1' was used before"):
            await app.mediator.send(command(text="milk", request=request_key(), request_is_new=is_new))
    with pytest.raises(RequestIdReused):
        await app.mediator.send(command(text="tea", request=request_key(body="tea")))

    assert await app.notes() == ["milk"]


@each_way
async def test_a_refusal_caused_by_an_equal_request_gets_its_response(
    sql_apps: tuple[MediatorApp, MediatorApp], command: Make
) -> None:
    here, there = sql_apps
    here.gate.clear()
    repeat = asyncio.create_task(here.mediator.send(command(text="milk", request=request_key())))
    other = asyncio.create_task(here.mediator.send(command(text="milk", request=request_key(body="other"))))
    await eventually(lambda: bool(here.batches))

    first = await there.mediator.send(command(text="milk", request=request_key()))
    here.refused["milk"] = EtagMismatch("the first has changed it")
    here.gate.set()

    assert await repeat == first == "noted milk"
    with pytest.raises(RequestIdReused):
        await other
    assert await here.notes() == ["milk"]


@each_way
async def test_a_refusal_is_not_told_while_its_key_cannot_be_looked_up(app: MediatorApp, command: Make) -> None:
    app.refused["milk"] = EtagMismatch("no milk today")
    opened = app.open_uow
    is_down = False

    @asynccontextmanager
    async def first_only(*, optimistic: bool = False, impatient: bool = False) -> AsyncIterator[UnitOfWork]:
        nonlocal is_down
        if is_down:
            raise Unavailable("the database does not answer")
        try:
            async with opened(optimistic=optimistic) as uow:
                yield uow
        finally:
            is_down = True

    app.open_uow = first_only
    app.mediator = app.another_mediator()
    app.gate.clear()
    refused = asyncio.create_task(app.mediator.send(command(text="milk", request=request_key())))
    await eventually(lambda: bool(app.batches))
    app.gate.set()

    with pytest.raises(Unavailable):
        await refused


async def test_the_result_of_a_request_is_found_by_its_key(app: MediatorApp) -> None:
    assert await app.mediator.find_result(TakeNote, request_key()) is None

    await app.mediator.send(TakeNote(text="milk", request=request_key()))

    assert await app.mediator.find_result(TakeNote, request_key()) == "noted milk"
    assert await app.mediator.find_result(TakeNote, None) is None
    with pytest.raises(RequestIdReused):
        await app.mediator.find_result(TakeNote, request_key(body="tea"))


@each_way
async def test_work_under_way_is_not_cancelled_with_its_caller(app: MediatorApp, command: Make) -> None:
    app.gate.clear()
    sending = asyncio.create_task(app.mediator.send(command(text="milk")))
    await eventually(lambda: app.batches == [["milk"]])
    sending.cancel()
    await asyncio.wait([sending])
    app.gate.set()

    assert sending.cancelled()
    assert await eventually(app.notes) == ["milk"]
    assert await app.mediator.send(command(text="tea")) == "noted tea"


async def test_a_command_whose_caller_went_before_its_turn_is_left_out(app: MediatorApp) -> None:
    first, gone, patient = await in_flight(app, TakeNotes(text="gone"), TakeNotes(text="patient"))
    gone.cancel()
    await asyncio.wait([gone])
    app.gate.set()

    await asyncio.gather(first, patient)
    assert app.batches == [["first"], ["patient"]]


async def test_a_single_command_runs_as_its_caller_and_a_batch_as_the_service(app: MediatorApp) -> None:
    with request_context(RequestContext(caller=Caller.person("ann"))):
        await app.mediator.send(TakeNote(text="milk"))
        await app.mediator.send(TakeNotes(text="tea"))

    assert app.callers == ["ann", "service:notes"]


async def test_single_commands_leave_connections_to_batches(on_postgres: MediatorApp) -> None:
    mediator = on_postgres.another_mediator(singles=2)
    on_postgres.gate.clear()
    singles = [asyncio.create_task(mediator.send(TakeNote(text=text))) for text in "abcd"]
    await eventually(lambda: sorted(on_postgres.batches) == [["a"], ["b"]])
    batch = asyncio.create_task(mediator.send(TakeNotes(text="batch")))
    await eventually(lambda: on_postgres.batches[2:] == [["batch"]])
    on_postgres.gate.set()

    assert await asyncio.gather(*singles, batch) == [*(f"noted {text}" for text in "abcd"), "noted batch"]


async def test_a_command_has_one_handler(app: MediatorApp) -> None:
    with pytest.raises(ValueError, match="TakeNote has a handler already"):
        app.mediator.handle(TakeNote, app._take_note)


async def test_identical_requests_across_replicas_have_one_effect(on_postgres: MediatorApp) -> None:
    replicas = [on_postgres.another_mediator() for _ in range(2)]
    sending = [
        replica.send(command(text="milk", request=request_key()))
        for _ in range(5)
        for replica in replicas
        for command in (TakeNote, TakeNotes)
    ]

    assert set(await asyncio.gather(*sending)) == {"noted milk"}
    assert await on_postgres.notes() == ["milk"]


async def test_the_reply_tells_a_position_to_read_from(on_postgres: MediatorApp) -> None:
    for command in (TakeNote(text="milk"), TakeNotes(text="tea")):
        with request_context(RequestContext()):
            await on_postgres.mediator.send(command)
            assert current().reply_headers[POSITION].isdigit()


async def test_after_a_conflict_batches_wait_for_others_until_that_is_over(optimistic: MediatorApp) -> None:
    optimistic.broken["milk"] = times(1, Conflict("collided"))

    await optimistic.mediator.send(TakeNotes(text="milk"))
    await optimistic.mediator.send(TakeNotes(text="soon after"))
    assert optimistic.optimistic == [True, False, False]

    async def is_optimistic_again() -> bool:
        await optimistic.mediator.send(TakeNotes(text=f"later {len(optimistic.optimistic)}"))
        return optimistic.optimistic[-1]

    await eventually(is_optimistic_again)


async def test_what_needs_a_transaction_is_done_in_one_at_once(optimistic: MediatorApp) -> None:
    optimistic.broken["milk"] = times(1, NeedsTransaction("a lock"))

    assert await optimistic.mediator.send(TakeNotes(text="milk", request=request_key())) == "noted milk"
    await optimistic.mediator.send(TakeNotes(text="next"))

    # Nobody was in the way, so the next one may try without locks again.
    assert optimistic.optimistic == [True, False, True]
    assert await optimistic.notes() == ["milk", "next"]


async def test_a_lost_lease_is_no_reason_to_wait_for_others(optimistic: MediatorApp) -> None:
    optimistic.broken["milk"] = times(1, LeaseLost("taken over"))

    await outcomes(optimistic.mediator.send(TakeNotes(text="milk")))
    await optimistic.mediator.send(TakeNotes(text="next"))

    assert optimistic.optimistic == [True, True]


def test_a_command_says_what_it_answers() -> None:
    class Silent(Command):  # type: ignore[type-arg]
        pass

    with pytest.raises(TypeError, match="Silent does not say what it answers"):
        in_memory_app().mediator.handle(Silent, in_memory_app()._take_note)  # type: ignore[arg-type]
