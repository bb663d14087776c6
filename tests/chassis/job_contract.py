"""The contract of every job store: one suite, for the fake and for PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from chassis.jobs import Job, JobLease, JobOutcome, JobStore, NewJob


@dataclass(frozen=True)
class JobSeen:
    """A job as the tests look at it."""

    state: str
    attempts: int
    last_error: str | None
    # Empty when it was erased.
    secret: str | None = None


class JobBench(Protocol):
    """A job store, and what a test needs around it."""

    @property
    def store(self) -> JobStore: ...

    async def withdraw(self, kind: str, key: str) -> str | None:
        """Withdraws a job in a transaction of its own."""

    async def write(self, *jobs: NewJob) -> Sequence[JobLease]:
        """Commits jobs; answers the leases of those that were due, which this process holds."""

    async def elapse(self, seconds: float) -> None:
        """Lets so much time pass for all jobs; below 0: the clock steps back."""

    async def jobs(self) -> Mapping[tuple[str, str], JobSeen]:
        """All jobs, by kind and key."""


def a_job(key: str = "k-1", *, kind: str = "charge", delay_s: float = 0) -> NewJob:
    return NewJob(kind=kind, key=key, payload={"for": key}, delay_s=delay_s)


async def claimed(bench: JobBench, *, limit: int = 10, kind: str = "charge") -> list[Job]:
    return list(await bench.store.claim([kind], limit=limit, lease_s=60))


class JobStoreContract:
    """Derive from it, and give it a fixture `bench`."""

    async def test_a_job_that_is_due_is_born_leased_to_its_writer(self, bench: JobBench) -> None:
        leases = await bench.write(a_job())

        assert len(leases) == 1
        assert await claimed(bench) == []
        assert await bench.jobs() == {("charge", "k-1"): JobSeen("RUNNING", 1, None)}

    async def test_a_job_that_was_put_off_from_the_start_is_claimed_when_due(self, bench: JobBench) -> None:
        assert await bench.write(a_job(delay_s=100)) == []
        assert await claimed(bench) == []
        await bench.elapse(100)

        (job,) = await claimed(bench)
        assert (job.kind, job.key, job.payload, job.attempt) == ("charge", "k-1", {"for": "k-1"}, 1)

    async def test_one_kind_and_key_is_one_job(self, bench: JobBench) -> None:
        await bench.write(a_job())
        leases = await bench.write(a_job(), a_job(kind="release"), a_job("k-2"))

        assert len(leases) == 2
        assert set(await bench.jobs()) == {("charge", "k-1"), ("charge", "k-2"), ("release", "k-1")}

    async def test_a_job_that_is_done_is_not_written_again(self, bench: JobBench) -> None:
        await bench.store.settle([JobOutcome(lease) for lease in await bench.write(a_job())])

        assert await bench.write(a_job()) == []
        assert await bench.jobs() == {("charge", "k-1"): JobSeen("DONE", 1, None)}

    async def test_a_job_that_is_put_off_can_be_hurried(self, bench: JobBench) -> None:
        await bench.write(a_job(delay_s=100), a_job("k-2", delay_s=100), a_job(kind="release", delay_s=100))

        assert await bench.store.wake("charge", "k-1")

        assert [job.key for job in await claimed(bench)] == ["k-1"]
        assert await claimed(bench, kind="release") == []

    async def test_what_runs_or_has_ended_is_not_hurried(self, bench: JobBench) -> None:
        running, done = await bench.write(a_job(), a_job("k-2"))
        await bench.store.settle([JobOutcome(done)])

        assert [await bench.store.wake("charge", key) for key in ("k-1", "k-2", "k-3")] == [False, False, False]

        assert await claimed(bench) == []
        assert await bench.store.settle([JobOutcome(running)]) == {running.job_id}

    async def test_claims_are_limited_and_skip_what_others_hold(self, bench: JobBench) -> None:
        await bench.write(*(a_job(f"k-{number}", delay_s=1) for number in range(10)))
        await bench.elapse(1)

        claims = await asyncio.gather(*(claimed(bench, limit=4) for _ in range(4)))
        keys = [job.key for claim in claims for job in claim]
        assert sorted(keys) == [f"k-{number}" for number in range(10)]
        assert max(len(claim) for claim in claims) == 4

    async def test_only_the_kinds_asked_for_are_claimed(self, bench: JobBench) -> None:
        await bench.write(a_job(delay_s=1), a_job(kind="release", delay_s=1))
        await bench.elapse(1)

        assert [job.kind for job in await claimed(bench, kind="release")] == ["release"]

    async def test_a_job_whose_lease_has_ended_is_claimed_by_another(self, bench: JobBench) -> None:
        (dead_workers,) = await bench.write(a_job())
        await bench.elapse(61)

        (job,) = await claimed(bench)
        assert job.attempt == 2
        assert job.lease.job_id == dead_workers.job_id
        assert job.lease != dead_workers
        assert await claimed(bench) == []

    async def test_who_outlived_its_lease_can_settle_nothing(self, bench: JobBench) -> None:
        (late,) = await bench.write(a_job())
        await bench.elapse(61)
        (job,) = await claimed(bench)

        assert await bench.store.settle([JobOutcome(late)]) == set()
        assert await bench.store.settle([JobOutcome(late, "READY", 5, "late")]) == set()
        assert await bench.store.settle([JobOutcome(late, "DEAD", error="late")]) == set()
        assert await bench.jobs() == {("charge", "k-1"): JobSeen("RUNNING", 2, None)}
        assert await bench.store.settle([JobOutcome(job.lease)]) == {job.lease.job_id}

    async def test_a_lease_settles_once(self, bench: JobBench) -> None:
        leases = await bench.write(a_job(), a_job("k-2"))

        assert await bench.store.settle([JobOutcome(lease) for lease in leases]) == {lease.job_id for lease in leases}
        assert await bench.store.settle([JobOutcome(leases[0], "DEAD", error="again")]) == set()
        await bench.elapse(1000)
        assert await claimed(bench) == []

    async def test_a_job_that_is_put_off_is_claimed_when_due_and_counts_on(self, bench: JobBench) -> None:
        (lease,) = await bench.write(a_job())

        assert await bench.store.settle([JobOutcome(lease, "READY", 30, "no answer")]) == {lease.job_id}
        assert await bench.jobs() == {("charge", "k-1"): JobSeen("READY", 1, "no answer")}
        await bench.elapse(29)
        assert await claimed(bench) == []
        await bench.elapse(1)
        (job,) = await claimed(bench)
        assert job.attempt == 2

    async def test_a_dead_letter_waits_for_an_operator(self, bench: JobBench) -> None:
        (lease,) = await bench.write(a_job())

        assert await bench.store.settle([JobOutcome(lease, "DEAD", error="hopeless")]) == {lease.job_id}
        await bench.elapse(1000)
        assert await claimed(bench) == []
        assert await bench.jobs() == {("charge", "k-1"): JobSeen("DEAD", 1, "hopeless")}

    async def test_a_retry_set_while_the_clock_was_ahead_does_not_wait_for_that_time(self, bench: JobBench) -> None:
        await bench.write(a_job("new", delay_s=100))
        (lease,) = await bench.write(a_job("failed"))
        await bench.store.settle([JobOutcome(lease, "READY", 100, "no answer")])
        await bench.elapse(-86_400)

        assert {job.key for job in await claimed(bench)} == {"new", "failed"}

    async def test_a_lease_taken_while_the_clock_was_ahead_ends_after_its_own_length(self, bench: JobBench) -> None:
        await bench.write(a_job("born leased"), a_job("claimed", delay_s=1))
        await bench.elapse(1)
        assert len(await claimed(bench)) == 1
        await bench.elapse(-86_400)

        assert await claimed(bench) == []
        await bench.elapse(61)
        assert {job.key for job in await claimed(bench)} == {"born leased", "claimed"}

    async def test_what_waits_by_a_right_clock_goes_on_waiting(self, bench: JobBench) -> None:
        await bench.write(a_job("waits", delay_s=100), a_job("runs"))
        await bench.elapse(1)

        assert await claimed(bench) == []

    async def test_jobs_of_a_lane_are_run_in_turn(self, bench: JobBench) -> None:
        partition_key = [replace(a_job(f"k-{turn}"), partition_key="order 7", turn=turn) for turn in (2, 1, 3)]
        assert await bench.write(*partition_key, replace(a_job("other"), partition_key="order 8", turn=9)) == []

        first, other = sorted(await claimed(bench), key=lambda job: job.key)
        assert (first.key, other.key) == ("k-1", "other")
        assert await claimed(bench) == []
        await bench.store.settle([JobOutcome(first.lease, "READY", 30, "no answer")])
        assert await claimed(bench) == []

        await bench.elapse(30)
        (again,) = await claimed(bench)
        assert again.key == "k-1"
        await bench.store.settle([JobOutcome(again.lease, "DEAD", error="hopeless")])
        (second,) = await claimed(bench)
        assert second.key == "k-2"
        await bench.store.settle([JobOutcome(second.lease)])
        assert [job.key for job in await claimed(bench)] == ["k-3"]

    async def test_a_secret_lasts_as_long_as_the_job_may_be_tried(self, bench: JobBench) -> None:
        (lease,) = await bench.write(replace(a_job(), secret="tok_ok"))

        await bench.store.settle([JobOutcome(lease, "READY", 30, "no answer")])
        await bench.elapse(30)
        (job,) = await claimed(bench)
        assert (job.secret, job.payload) == ("tok_ok", {"for": "k-1"})
        assert "tok_ok" not in repr(job)
        await bench.store.settle([JobOutcome(job.lease, "DEAD", error="hopeless")])
        assert await bench.jobs() == {("charge", "k-1"): JobSeen("DEAD", 2, "hopeless", "tok_ok")}

    async def test_a_secret_is_erased_with_the_end_of_its_job(self, bench: JobBench) -> None:
        leases = await bench.write(replace(a_job(), secret="tok_ok"), a_job("k-2"))

        await bench.store.settle([JobOutcome(lease) for lease in leases])

        assert await bench.jobs() == {
            ("charge", "k-1"): JobSeen("DONE", 1, None, ""),
            ("charge", "k-2"): JobSeen("DONE", 1, None, None),
        }

    async def test_who_withdraws_a_job_gets_its_secret_and_nobody_after(self, bench: JobBench) -> None:
        await bench.write(replace(a_job(), secret="tok_ok"), a_job("k-2"))

        assert [await bench.withdraw("charge", key) for key in ("k-1", "k-2", "k-3", "k-1")] == [
            "tok_ok",
            "",
            None,
            None,
        ]
        assert await bench.jobs() == {
            ("charge", "k-1"): JobSeen("DISCARDED", 1, None, ""),
            ("charge", "k-2"): JobSeen("DISCARDED", 1, None, ""),
        }

    async def test_settling_nothing_is_allowed(self, bench: JobBench) -> None:
        assert await bench.store.settle([]) == set()
