"""Batching: one batch in flight, in order of arrival, and every caller gets their own result."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextvars import ContextVar

import pytest

from chassis.batching import Batcher
from chassis.context import RequestContext, request_context
from chassis.errors import DeadlineExceeded, RateLimited
from tests.polling import eventually

_request: ContextVar[str] = ContextVar("request", default="none")


class Doubling:
    """Doubles numbers; refuses negative ones, breaks on zero, and waits at a gate."""

    def __init__(self, *, max_size: int = 200, pace_s: float = 0, share: float = 1) -> None:
        self.begun_at: list[float] = []
        self.batches: list[list[int]] = []
        self.requests: list[str] = []
        self.gate = asyncio.Event()
        self.batcher: Batcher[int, int] = Batcher("test", self._run, max_size=max_size, pace_s=pace_s, share=share)

    def submit(self, *numbers: int) -> list[asyncio.Task[int]]:
        return [asyncio.create_task(self.batcher.submit(number)) for number in numbers]

    async def _run(self, numbers: Sequence[int]) -> Sequence[int | BaseException]:
        self.begun_at.append(asyncio.get_running_loop().time())
        self.batches.append(list(numbers))
        self.requests.append(_request.get())
        await self.gate.wait()
        if 0 in numbers:
            raise ZeroDivisionError
        return [2 * number if number > 0 else ValueError(number) for number in numbers]


async def turn() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


async def test_an_idle_batcher_begins_at_once() -> None:
    doubling = Doubling()
    doubling.gate.set()

    assert await doubling.batcher.submit(1) == 2
    assert await doubling.batcher.submit(2) == 4
    assert doubling.batches == [[1], [2]]


async def test_what_is_paced_gathers_what_comes_early_and_never_holds_back_what_comes_alone() -> None:
    doubling = Doubling(pace_s=0.05)
    doubling.gate.set()

    assert await asyncio.gather(*doubling.submit(1, 2)) == [2, 4]
    early = doubling.submit(3)
    await turn()
    assert await asyncio.gather(*early, *doubling.submit(4)) == [6, 8]
    assert doubling.batches == [[1, 2], [3, 4]]
    assert doubling.begun_at[1] - doubling.begun_at[0] >= 0.05

    alone = Doubling(pace_s=3600)
    alone.gate.set()
    assert [await alone.batcher.submit(number) for number in (1, 2, 3)] == [2, 4, 6]


async def test_batches_that_take_longer_gather_longer_up_to_a_limit() -> None:
    doubling = Doubling(share=0.25)
    first = doubling.submit(1, 2)
    await eventually(lambda: doubling.batches)
    took_until = doubling.begun_at[0] + 0.02
    await eventually(lambda: asyncio.get_running_loop().time() > took_until)
    doubling.gate.set()
    assert await asyncio.gather(*first, *doubling.submit(3, 4)) == [2, 4, 6, 8]
    assert doubling.begun_at[1] - doubling.begun_at[0] >= 0.08

    endless = Doubling(share=1e-9)
    endless.gate.set()
    await asyncio.gather(*endless.submit(1, 2))
    await asyncio.gather(*endless.submit(3, 4))
    assert 0.1 <= endless.begun_at[1] - endless.begun_at[0] < 5


async def test_what_comes_while_a_batch_is_in_flight_makes_the_next_in_order() -> None:
    doubling = Doubling(max_size=3)
    first = doubling.submit(1)
    await turn()
    rest = doubling.submit(5, 4, 3, 2)
    await turn()
    assert doubling.batches == [[1]]
    doubling.gate.set()

    assert await asyncio.gather(*first, *rest) == [2, 10, 8, 6, 4]
    assert doubling.batches == [[1], [5, 4, 3], [2]]


async def test_an_error_goes_to_its_own_caller() -> None:
    doubling = Doubling()
    doubling.gate.set()

    answers = await asyncio.gather(*doubling.submit(1, -1, 2), return_exceptions=True)
    assert [answers[0], type(answers[1]), answers[2]] == [2, ValueError, 4]


async def test_a_batch_that_breaks_fails_for_all_of_it_and_the_next_goes_on() -> None:
    doubling = Doubling(max_size=2)
    doubling.gate.set()

    answers = await asyncio.gather(*doubling.submit(1, 0, 2), return_exceptions=True)
    assert [type(answer) for answer in answers] == [ZeroDivisionError, ZeroDivisionError, int]


async def test_a_batch_must_answer_every_item() -> None:
    async def forgets(numbers: Sequence[int]) -> Sequence[int | BaseException]:
        return []

    with pytest.raises(ValueError, match="shorter"):
        await Batcher("test", forgets).submit(1)


async def test_who_goes_before_the_batch_begins_is_left_out_and_who_goes_later_is_not_waited_for() -> None:
    doubling = Doubling()
    (under_way,) = doubling.submit(1)
    await turn()
    gone, patient = doubling.submit(2, 3)
    await turn()
    for task in (under_way, gone):
        task.cancel()
    await turn()
    doubling.gate.set()

    assert await patient == 6
    assert under_way.cancelled()
    assert doubling.batches == [[1], [3]]


async def test_an_item_whose_deadline_has_passed_is_skipped() -> None:
    doubling = Doubling()
    (first,) = doubling.submit(1)
    await asyncio.sleep(0)
    deadline = asyncio.get_running_loop().time() + 0.05
    with request_context(RequestContext(deadline=deadline)):
        # Tasks take the context in which they are made.
        (late,) = doubling.submit(2)
    (last,) = doubling.submit(3)
    await eventually(lambda: asyncio.get_running_loop().time() > deadline)
    doubling.gate.set()

    assert await first == 2
    with pytest.raises(DeadlineExceeded, match="nothing was changed"):
        await late
    assert await last == 6
    assert doubling.batches == [[1], [3]]


async def test_a_full_queue_refuses() -> None:
    doubling = Doubling(max_size=2)
    (first,) = doubling.submit(1)
    await asyncio.sleep(0)
    waiting = doubling.submit(*range(2, 22))
    await asyncio.sleep(0)

    with pytest.raises(RateLimited) as refusal:
        await doubling.batcher.submit(22)
    assert refusal.value.retry_after_s == 1

    doubling.gate.set()
    assert await asyncio.gather(first, *waiting) == [2 * number for number in range(1, 22)]
    assert await doubling.batcher.submit(22) == 44


async def test_a_batch_is_nobodys_request() -> None:
    doubling = Doubling()
    doubling.gate.set()
    _request.set("ann's")

    await doubling.batcher.submit(1)
    assert doubling.requests == ["none"]
