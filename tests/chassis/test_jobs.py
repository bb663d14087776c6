"""Jobs on fakes: the contract of the store, the backoff, and the runner."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from random import Random
from time import time
from typing import Any

import pytest

from chassis import job_runner
from chassis.context import current
from chassis.errors import Unavailable
from chassis.job_runner import JobRunner
from chassis.jobs import Backoff, Job, JobImpossible, JobOutcome, JobResult, LeaseLost
from tests.chassis.job_bench import InMemoryJobBench
from tests.chassis.job_contract import JobSeen, JobStoreContract, a_job
from tests.fakes.chassis import leased
from tests.polling import eventually

BACKOFF = Backoff(initial_s=2, max_s=10, max_attempts=3, random=Random(1))


@pytest.fixture
def bench() -> InMemoryJobBench:
    return InMemoryJobBench()


class TestInMemoryJobStore(JobStoreContract):
    pass


@asynccontextmanager
async def running(
    bench: InMemoryJobBench, handler: Callable[[Job], Awaitable[JobResult]], **how: Any
) -> AsyncIterator[JobRunner]:
    """A runner of charge jobs, for the block."""
    settings: dict[str, Any] = {
        "backoff": BACKOFF,
        "service": "order",
        "tick_s": 0.01,
        "dead_letter": bench.dead_letter,
    } | how
    runner = JobRunner(bench.store, {"charge": handler}, **settings)
    await runner.start()
    try:
        yield runner
    finally:
        await runner.stop()


async def born(bench: InMemoryJobBench, *keys: str, lease_s: float = 60) -> list[Job]:
    """Jobs as the commit that wrote them hands them to the runner."""
    await bench.write(*(a_job(key) for key in keys))
    return [leased(job, lease_s) for job in bench.state.jobs if job.key in keys]


async def seen(bench: InMemoryJobBench, key: str = "k-1") -> JobSeen:
    return (await bench.jobs())["charge", key]


async def reaches(bench: InMemoryJobBench, state: str, key: str = "k-1") -> JobSeen:
    async def reached() -> bool:
        return (await seen(bench, key)).state == state

    await eventually(reached)
    return await seen(bench, key)


async def do_nothing(job: Job) -> JobResult:
    return JobResult()


def test_the_backoff_grows_with_jitter_to_its_limit() -> None:
    delays = [[BACKOFF.delay_s(attempts) for _ in range(100)] for attempts in range(1, 6)]

    for delay, low in zip(delays, (2, 4, 8, 10, 10), strict=True):
        assert all(low <= seconds <= min(10, low * 1.25) for seconds in delay)
    assert len(set(delays[0])) > 90


@pytest.mark.parametrize("hours", [0.5, 1, 24])
def test_a_backoff_ends_within_its_hours_and_uses_most_of_them(hours: float) -> None:
    backoff = Backoff.lasting(hours, initial_s=0.5, max_s=60, random=Random(1))

    for fraction in (0.0, 1.0):
        backoff = replace(backoff, random=_Fixed(fraction))
        waited_s = sum(backoff.delay_s(attempt) for attempt in range(1, backoff.max_attempts))
        assert 0.6 * hours * 3600 < waited_s <= hours * 3600


class _Fixed(Random):
    """Jitter that is a fixed fraction of the largest."""

    def __init__(self, fraction: float) -> None:
        super().__init__()
        self._fraction = fraction

    def uniform(self, a: float, b: float) -> float:
        return a + (b - a) * self._fraction


async def test_a_job_runs_at_once_as_the_service_and_is_done(bench: InMemoryJobBench) -> None:
    ran = []

    async def handler(job: Job) -> JobResult:
        ran.append((job.key, job.payload, current().caller.id, current().method))
        return JobResult()

    async with running(bench, handler, tick_s=1000) as runner:
        runner.submit(await born(bench, "k-1"))
        await reaches(bench, "DONE")

    assert ran == [("k-1", {"for": "k-1"}, "service:order", "charge")]


async def test_a_job_that_its_handler_settled_is_left_alone(bench: InMemoryJobBench) -> None:
    async def handler(job: Job) -> JobResult:
        await bench.store.settle([JobOutcome(job.lease, "READY", 100, "by the handler")])
        return JobResult(by_handler=True)

    async with running(bench, handler) as runner:
        runner.submit(await born(bench, "k-1"))
        assert await reaches(bench, "READY") == JobSeen("READY", 1, "by the handler")
    assert (await seen(bench)).state == "READY"


async def test_the_clock_finds_what_is_due_and_what_a_dead_worker_left(bench: InMemoryJobBench) -> None:
    await bench.write(a_job("due", delay_s=5), a_job("left"))

    async with running(bench, do_nothing):
        await bench.elapse(5)
        await reaches(bench, "DONE", "due")
        assert (await seen(bench, "left")).state == "RUNNING"
        await bench.elapse(60)
        assert await reaches(bench, "DONE", "left") == JobSeen("DONE", 2, None)


async def test_the_runner_finds_what_was_put_off_while_the_clock_was_ahead(bench: InMemoryJobBench) -> None:
    await bench.write(a_job(delay_s=5))
    await bench.elapse(-86_400)

    async with running(bench, do_nothing):
        await reaches(bench, "DONE")


async def test_a_job_of_a_kind_that_is_not_run_here_is_left_to_others(bench: InMemoryJobBench) -> None:
    await bench.write(a_job(kind="release"))

    async with running(bench, do_nothing) as runner:
        runner.submit([leased(bench.state.jobs[0])])
        await bench.elapse(1000)
        await bench.write(a_job("later", delay_s=1))
        await bench.elapse(1)
        await reaches(bench, "DONE", "later")

    assert (await bench.jobs())["release", "k-1"] == JobSeen("RUNNING", 1, None)


async def test_a_job_that_fails_is_put_off_and_then_given_up(bench: InMemoryJobBench) -> None:
    given_up, reported = [], []

    async def fail(job: Job) -> JobResult:
        raise Unavailable(f"no answer to attempt {job.attempt}")

    async def dead_letter(job: Job, error: str) -> None:
        await bench.dead_letter(job, error)
        given_up.append((job.key, job.attempt, error))

    def report(source: str, error: Exception) -> None:
        reported.append((source, str(error)))

    async with running(bench, fail, dead_letter=dead_letter, report=report) as runner:
        runner.submit(await born(bench, "k-1"))
        assert await reaches(bench, "READY") == JobSeen("READY", 1, "no answer to attempt 1")
        assert 2 <= (bench.state.jobs[0].due_at - bench.clock.now()).total_seconds() <= 2.5
        await bench.elapse(10)
        await eventually(lambda: bench.state.jobs[0].last_error == "no answer to attempt 2")
        await bench.elapse(10)
        assert await reaches(bench, "DEAD") == JobSeen("DEAD", 3, "no answer to attempt 3")
        await eventually(lambda: given_up)

    assert given_up == [("k-1", 3, "no answer to attempt 3")]
    # What a neighbour refuses on the way is no news; that it was for good is.
    assert reported == [("charge", "no answer to attempt 3")]


async def test_an_unexpected_error_of_a_job_is_reported_each_time(bench: InMemoryJobBench) -> None:
    reported = []

    async def fail(job: Job) -> JobResult:
        raise ValueError(f"attempt {job.attempt}")

    async with running(bench, fail, report=lambda source, error: reported.append((source, str(error)))) as runner:
        runner.submit(await born(bench, "k-1"))
        assert await reaches(bench, "READY")
        await bench.elapse(10)
        await eventually(lambda: len(reported) == 2)

    assert reported == [("charge", "attempt 1"), ("charge", "attempt 2")]


async def test_a_kind_may_have_a_backoff_of_its_own(bench: InMemoryJobBench) -> None:
    async def fail(job: Job) -> JobResult:
        raise Unavailable("no answer")

    once = Backoff(initial_s=1, max_s=1, max_attempts=1, random=Random(1))
    async with running(bench, fail, backoffs={"charge": once}) as runner:
        runner.submit(await born(bench, "k-1"))
        assert await reaches(bench, "DEAD") == JobSeen("DEAD", 1, "no answer")


async def test_a_job_that_no_attempt_can_do_is_given_up_at_once(bench: InMemoryJobBench) -> None:
    async def fail(job: Job) -> JobResult:
        raise JobImpossible("the account is closed")

    async with running(bench, fail) as runner:
        runner.submit(await born(bench, "k-1"))
        assert await reaches(bench, "DEAD") == JobSeen("DEAD", 1, "the account is closed")


async def test_a_job_that_had_no_effect_says_why(bench: InMemoryJobBench) -> None:
    async def handler(job: Job) -> JobResult:
        return JobResult(note="another one has done it")

    async with running(bench, handler) as runner:
        runner.submit(await born(bench, "k-1"))
        assert await reaches(bench, "DONE") == JobSeen("DONE", 1, "another one has done it")


async def test_who_lost_its_lease_changes_nothing(bench: InMemoryJobBench) -> None:
    lost = asyncio.Event()

    async def handler(job: Job) -> JobResult:
        lost.set()
        raise LeaseLost("taken over")

    async with running(bench, handler) as runner:
        runner.submit(await born(bench, "k-1"))
        await asyncio.wait_for(lost.wait(), 5)

    assert await seen(bench) == JobSeen("RUNNING", 1, None)


async def test_a_job_that_hangs_is_stopped_before_its_lease_ends(bench: InMemoryJobBench) -> None:
    async def hang(job: Job) -> JobResult:
        await asyncio.Event().wait()
        raise AssertionError

    async with running(bench, hang, lease_s=0.2) as runner:
        runner.submit(await born(bench, "k-1", lease_s=0.2))
        assert "TimeoutError" in str((await reaches(bench, "READY")).last_error)


async def test_a_job_whose_lease_has_almost_ended_is_not_begun(bench: InMemoryJobBench) -> None:
    async def handler(job: Job) -> JobResult:
        raise AssertionError(f"{job.key} was begun")

    async with running(bench, handler, lease_s=10) as runner:
        runner.submit(await born(bench, "k-1", lease_s=1))

    assert await seen(bench) == JobSeen("RUNNING", 1, None)


async def test_no_more_jobs_run_at_once_than_allowed(bench: InMemoryJobBench) -> None:
    at_once, most, gate = 0, 0, asyncio.Event()

    async def handler(job: Job) -> JobResult:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await gate.wait()
        at_once -= 1
        return JobResult()

    async with running(bench, handler, concurrency=3) as runner:
        runner.submit(await born(bench, *(f"k-{number}" for number in range(10))))
        await eventually(lambda: at_once == 3)
        gate.set()
        for number in range(10):
            await reaches(bench, "DONE", f"k-{number}")

    assert most == 3


async def test_stopping_lets_jobs_end_and_takes_no_more(bench: InMemoryJobBench) -> None:
    begun, gate = asyncio.Event(), asyncio.Event()

    async def handler(job: Job) -> JobResult:
        begun.set()
        await gate.wait()
        return JobResult()

    async with running(bench, handler) as runner:
        runner.submit(await born(bench, "k-1"))
        await begun.wait()
        stopping = asyncio.create_task(runner.stop())
        await asyncio.sleep(0)
        runner.submit(await born(bench, "k-2"))
        gate.set()
        await stopping

    assert (await seen(bench)).state == "DONE"
    assert (await seen(bench, "k-2")).state == "RUNNING"


async def test_stopping_does_not_wait_for_a_job_that_hangs(
    bench: InMemoryJobBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = asyncio.Event()

    async def hang(job: Job) -> JobResult:
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(job_runner, "_STOP_S", 0.1)
    async with running(bench, hang) as runner:
        runner.submit(await born(bench, "k-1"))
        await begun.wait()
        async with asyncio.timeout(5):
            await runner.stop()

    assert (await seen(bench)).state == "RUNNING"


async def test_what_was_being_claimed_at_the_stop_is_run(bench: InMemoryJobBench) -> None:
    claim, claiming, gate = bench.store.claim, asyncio.Event(), asyncio.Event()

    async def claim_slowly(*args: Any, **how: Any) -> Any:
        claiming.set()
        await gate.wait()
        return await claim(*args, **how)

    bench.store.claim = claim_slowly  # type: ignore[method-assign]
    await bench.write(a_job(delay_s=1))
    await bench.elapse(1)

    async with running(bench, do_nothing) as runner:
        await claiming.wait()
        stopping = asyncio.create_task(runner.stop())
        await asyncio.sleep(0)
        gate.set()
        await stopping

    assert (await seen(bench)).state == "DONE"


async def test_a_store_that_fails_is_asked_again(bench: InMemoryJobBench) -> None:
    claim, failures = bench.store.claim, [Unavailable("no database")] * 2

    async def claim_after_failures(*args: Any, **how: Any) -> Any:
        if failures:
            raise failures.pop()
        return await claim(*args, **how)

    bench.store.claim = claim_after_failures  # type: ignore[method-assign]
    await bench.write(a_job(delay_s=1))
    await bench.elapse(1)

    async with running(bench, do_nothing):
        await reaches(bench, "DONE")


async def test_regular_work_begins_with_the_process(bench: InMemoryJobBench) -> None:
    done = asyncio.Event()

    async def work() -> None:
        done.set()

    runner = JobRunner(bench.store, {}, backoff=BACKOFF, dead_letter=bench.dead_letter, service="order")
    runner.every(3600, work)
    await runner.start()
    await asyncio.wait_for(done.wait(), 5)
    await runner.stop()


async def test_regular_work_goes_on_after_a_failure(bench: InMemoryJobBench) -> None:
    rounds = 0
    reported: list[tuple[str, str]] = []

    async def work() -> None:
        nonlocal rounds
        rounds += 1
        raise Unavailable("no database") if rounds == 1 else RuntimeError("now and then")

    async with running(bench, do_nothing, report=lambda source, error: reported.append((source, str(error)))) as runner:
        runner.every(0.01, work)
        await eventually(lambda: rounds >= 3 and len(reported) >= 2)

    # What a neighbour or the database refuses is no news.
    assert {text for _, text in reported} == {"now and then"}
    assert all("work" in source for source, _ in reported)


@pytest.mark.parametrize("step_s", [-3600, -60, 3600])
async def test_regular_work_goes_on_when_the_clock_is_set(
    bench: InMemoryJobBench, monkeypatch: pytest.MonkeyPatch, step_s: float
) -> None:
    ahead_s, rounds = 0.0, 0

    class WallClock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return datetime.now(tz) + timedelta(seconds=ahead_s)

    async def work() -> None:
        nonlocal rounds
        rounds += 1

    monkeypatch.setattr("apscheduler.schedulers.base.datetime", WallClock)
    monkeypatch.setattr("chassis.job_runner.time", lambda: time() + ahead_s)
    async with running(bench, do_nothing) as runner:
        runner.every(0.05, work)
        await eventually(lambda: rounds >= 2)
        ahead_s, rounds = step_s, 0
        await eventually(lambda: rounds >= 3)


@pytest.mark.parametrize("by_handler", [True, False])
async def test_what_was_put_off_is_looked_for_when_due_and_not_a_tick_later(
    bench: InMemoryJobBench, by_handler: bool
) -> None:
    soon = Backoff(initial_s=0.02, max_s=0.02, max_attempts=3, random=Random(1))

    async def fail_once(job: Job) -> JobResult:
        if job.attempt > 1:
            return JobResult()
        # The fake's clock stands still otherwise.
        asyncio.get_running_loop().call_later(0.01, bench.clock.advance, 1)
        if not by_handler:
            raise Unavailable("no answer")
        await bench.store.settle([JobOutcome(job.lease, "READY", 0.02, "no answer")])
        return JobResult(by_handler=True, again_in_s=0.02)

    async with running(bench, fail_once, tick_s=1000, backoff=soon) as runner:
        runner.submit(await born(bench, "k-1"))
        assert await reaches(bench, "DONE") == JobSeen("DONE", 2, None)
