"""Durable jobs: their types, their leases and their backoff. chassis.job_runner runs them.

A job is a row written in the transaction that schedules it. The worker that runs it holds its lease; if the worker
dies, the lease ends and any replica can claim the job. A worker whose lease has ended cannot change the job, because
every outcome names the lease under which the job ran.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal, Protocol, Self

import tenacity

from chassis.background import backoff_s
from chassis.errors import AppError, Conflict, Kind
from telemetry.traces import traceparent


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """Work to be done once. `key` is unique within `kind`; a second job with the same kind and key is not written.

    `payload` is JSON that operators can see. `secret`, such as a card token, is never shown, and is erased when the job
    is done or discarded. `delay_s` postpones the job, counted from the commit. Jobs with the same `partition_key` run
    one after the other in the order of `turn`: a job does not begin while an earlier one may still be retried.
    """

    kind: str
    key: str
    payload: Mapping[str, Any]
    delay_s: float = 0
    partition_key: str | None = None
    turn: int = 0
    secret: str = field(default="", repr=False)
    # The span that schedules it (W3C), which goes on when it runs.
    traceparent: str = field(default_factory=traceparent, repr=False)


@dataclass(frozen=True, slots=True)
class JobLease:
    """The right to settle a job, until another worker claims it."""

    job_id: int
    token: str


@dataclass(frozen=True, slots=True)
class Job:
    """A job that is leased to this process. `attempt` counts from 1. `lease_end_s` is in `time.monotonic`."""

    kind: str
    key: str
    payload: Mapping[str, Any]
    attempt: int
    lease: JobLease
    lease_end_s: float
    secret: str = field(default="", repr=False)
    traceparent: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """How a job is settled: DONE, READY to run again after `delay_s`, or DEAD until an operator acts."""

    lease: JobLease
    state: Literal["DONE", "READY", "DEAD"] = "DONE"
    delay_s: float = 0
    error: str | None = None


@dataclass(frozen=True, slots=True)
class JobResult:
    """The runner completes a job unless its handler has settled it, possibly postponed by `again_in_s`.

    `note` says why a job that is done had no effect.
    """

    by_handler: bool = False
    again_in_s: float | None = None
    note: str | None = None


JobHandler = Callable[[Job], Awaitable[JobResult]]


class JobStore(Protocol):
    """The jobs of a database; each call is a transaction of its own."""

    async def claim(self, kinds: Sequence[str], *, limit: int, lease_s: float) -> Sequence[Job]:
        """Leases jobs that are due or whose lease has ended; now and then also those that a wrong clock put off."""

    async def settle(self, outcomes: Sequence[JobOutcome]) -> set[int]:
        """Returns the ids of the jobs whose lease was still valid; the other jobs are unchanged."""

    async def wake(self, kind: str, key: str) -> bool:
        """Makes a postponed job due now. Returns False if it is running, has ended or does not exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """The wait before the next attempt: exponential with jitter (a quarter of the wait, from `random`)."""

    initial_s: float
    max_s: float
    max_attempts: int
    random: Random

    @classmethod
    def lasting(cls, hours: float, *, initial_s: float, max_s: float, random: Random) -> Self:
        """Gives up once the waits would exceed this time; the time of the attempts themselves is not counted."""
        attempts, longest_s, waited_s = 0, initial_s * 1.25, 0.0
        while waited_s <= hours * 3600:
            attempts, waited_s, longest_s = attempts + 1, waited_s + min(max_s, longest_s), min(max_s, longest_s * 2)
        return cls(initial_s=initial_s, max_s=max_s, max_attempts=attempts, random=random)

    def delay_s(self, attempts: int) -> float:
        """The seconds to wait after a number of failed attempts."""
        wait = tenacity.wait_exponential(multiplier=self.initial_s, max=self.max_s)
        delay = backoff_s(wait, attempts)
        return min(self.max_s, delay + self.random.uniform(0, delay / 4))


class JobImpossible(AppError):
    """No later attempt of the job can succeed: the job is dead at once, and administrators are alerted."""

    kind, reason = Kind.FAILED_PRECONDITION, "JOB_IMPOSSIBLE"


class LeaseLost(Conflict):
    """The lease of the job has ended: another worker may run the job, and this one cannot change it."""

    reason = "LEASE_LOST"
