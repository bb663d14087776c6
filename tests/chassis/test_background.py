"""Background loops repeat at once while there is more, can be woken early, and survive failures; work completes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
import tenacity
from structlog.testing import capture_logs

from chassis.background import PollingLoop, Report, backoff_s, to_completion, to_nobody
from chassis.errors import Conflict
from tests.architecture.tracked import ROOT, files
from tests.polling import eventually
from tests.unretrieved import unretrieved


class Work:
    """Counts its rounds; `answer` tells how each of them ends."""

    def __init__(self, answer: Callable[[int], bool] = lambda number: False) -> None:
        self.rounds = 0
        self._answer = answer

    async def __call__(self) -> bool:
        self.rounds += 1
        return self._answer(self.rounds)


@asynccontextmanager
async def looping(
    work: Work, *, idle_s: float = 1000, pace_s: float = 0, report: Report = to_nobody
) -> AsyncIterator[PollingLoop]:
    loop = PollingLoop("test", work, idle_s=idle_s, pace_s=pace_s, report=report)
    await loop.start()
    try:
        yield loop
    finally:
        async with asyncio.timeout(5):
            await loop.stop()


def broken(number: int) -> bool:
    raise RuntimeError(f"round {number} failed")


async def test_a_loop_goes_on_at_once_while_there_is_more() -> None:
    work = Work(lambda number: number < 5)

    async with looping(work):
        await eventually(lambda: work.rounds == 5)
    assert work.rounds == 5


async def test_an_idle_loop_looks_again_after_its_interval() -> None:
    work = Work()

    async with looping(work, idle_s=0.01):
        await eventually(lambda: work.rounds >= 3)


async def test_a_loop_is_woken() -> None:
    work = Work()

    async with looping(work) as loop:
        await eventually(lambda: work.rounds == 1)
        loop.wake()
        await eventually(lambda: work.rounds == 2)


async def test_a_paced_loop_serves_many_who_woke_it_with_one_round_and_at_once_who_hurries_it() -> None:
    work = Work()

    async with looping(work, pace_s=3600) as loop:
        await eventually(lambda: work.rounds == 1)
        for _ in range(10):
            loop.wake()
            await asyncio.sleep(0)
        assert work.rounds == 1
        loop.flush()
        await eventually(lambda: work.rounds == 2)


async def test_who_hurries_a_loop_waits_for_a_round_that_began_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.background.backoff_s", lambda wait, attempts: 0.0)
    gates: list[asyncio.Event] = []

    async def round_of_work() -> bool:
        gates.append(gate := asyncio.Event())
        await gate.wait()
        if len(gates) == 3:
            raise RuntimeError("a round that fails has ended too")
        return False

    loop = PollingLoop("test", round_of_work, idle_s=1000)
    await loop.start()
    await eventually(lambda: len(gates) == 1)
    ended = loop.flush()
    assert loop.flush() is ended
    gates[0].set()
    await eventually(lambda: len(gates) == 2)
    assert not ended.is_set()
    gates[1].set()
    await ended.wait()

    failed = loop.flush()
    await eventually(lambda: len(gates) == 3)
    gates[2].set()
    await failed.wait()

    stopped = loop.flush()
    stopping = asyncio.create_task(loop.stop())
    await eventually(lambda: len(gates) >= 3)
    for gate in gates:
        gate.set()
    await stopping
    await stopped.wait()


async def test_a_wake_during_a_round_is_not_lost() -> None:
    begun, gate, rounds = asyncio.Event(), asyncio.Event(), 0

    async def round_of_work() -> bool:
        nonlocal rounds
        rounds += 1
        begun.set()
        await gate.wait()
        return False

    loop = PollingLoop("test", round_of_work, idle_s=1000)
    await loop.start()
    await begun.wait()
    loop.wake()
    gate.set()
    await eventually(lambda: rounds == 2)
    await loop.stop()


async def test_a_failure_does_not_end_a_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.background.backoff_s", lambda wait, attempts: 0.0)
    work = Work(lambda number: broken(number) if number < 3 else False)
    reported: list[tuple[str, str]] = []

    async with looping(work, report=lambda source, error: reported.append((source, repr(error)))):
        await eventually(lambda: work.rounds == 3)
    assert len(reported) == 1, "only the first failure in a row is news"


async def test_a_loop_that_fails_waits_its_backoff_however_often_it_is_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[int] = []

    def wait_long(wait: object, attempts: int) -> float:
        waits.append(attempts)
        return 1000

    monkeypatch.setattr("chassis.background.backoff_s", wait_long)
    work = Work(broken)

    async with looping(work) as loop:
        await eventually(lambda: waits == [1])
        for _ in range(20):
            loop.wake()
            await asyncio.sleep(0)
    assert work.rounds == 1


async def test_stopping_lets_the_round_end() -> None:
    gate, ended = asyncio.Event(), False

    async def round_of_work() -> bool:
        nonlocal ended
        await gate.wait()
        ended = True
        return True

    loop = PollingLoop("test", round_of_work, idle_s=0)
    await loop.start()
    await asyncio.sleep(0)
    stopping = asyncio.create_task(loop.stop())
    await asyncio.sleep(0)
    assert not stopping.done()
    gate.set()
    await stopping
    assert ended


def test_a_backoff_is_what_tenacity_would_wait() -> None:
    wait = tenacity.wait_exponential(multiplier=2, max=10)

    assert [backoff_s(wait, attempts) for attempts in range(1, 5)] == [2, 4, 8, 10]


async def leave(work: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """The caller of the work is cancelled before the work ends."""
    gate, ended = asyncio.Event(), asyncio.Event()

    async def working() -> None:
        try:
            await work(gate)
        finally:
            ended.set()

    caller = asyncio.create_task(to_completion(working()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    gate.set()
    await ended.wait()
    await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("error", "logged"), [(Conflict("for the caller"), []), (ValueError("a defect"), ["ValueError('a defect')"])]
)
async def test_work_goes_on_without_its_caller_and_only_a_defect_is_logged(error: Exception, logged: list[str]) -> None:
    async def fail(gate: asyncio.Event) -> None:
        await gate.wait()
        raise error

    with unretrieved() as reported, capture_logs() as logs:
        await leave(fail)

    assert reported == []
    assert [repr(entry["exc_info"]) for entry in logs] == logged


async def test_a_caller_that_stays_gets_the_result_or_the_error() -> None:
    async def work(error: Exception | None = None) -> str:
        await asyncio.sleep(0)
        if error:
            raise error
        return "done"

    assert await to_completion(work()) == "done"
    with pytest.raises(Conflict):
        await to_completion(work(Conflict("collided")))


def test_only_to_completion_shields() -> None:
    """asyncio.shield reports the error of work whose caller has gone as one that was never retrieved."""
    shields = [
        path.relative_to(ROOT).as_posix()
        for path in files("chassis", "identity_svc", "inventory_svc", "order_svc", "edge")
        if path.suffix == ".py" and "asyncio.shield" in path.read_text(encoding="utf-8")
    ]
    assert shields == ["chassis/background.py"]
