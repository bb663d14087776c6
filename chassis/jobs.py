"""Durable jobs: what they are, who may settle them, and when they are tried again. chassis.job_runner runs them.

A job is a row written in the transaction that wants it. Whoever runs it holds its lease; when the worker dies, the
lease ends and any replica claims the job. A worker that outlived its lease can change nothing: whatever settles a job
names the lease it was run under.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any, Literal, Protocol

import tenacity

from chassis.background import backoff_s
from chassis.errors import Conflict


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """Work to be done once. `key` names it among its kind; a second job of the same kind and key is not written.

    `payload` is JSON that operators see. `secret` is what nobody may see, such as a card token: it is never shown, and
    erased when the job is done or discarded. `delay_s` puts it off, counted from the commit. Jobs of one
    `partition_key` run one after the other in the order of their `turn`: none begins while an earlier one may still be
    tried.
    """

    kind: str
    key: str
    payload: Mapping[str, Any]
    delay_s: float = 0
    partition_key: str | None = None
    turn: int = 0
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class JobLease:
    """The right to settle a job, until somebody else claims it."""

    job_id: int
    token: str


@dataclass(frozen=True, slots=True)
class Job:
    """A job that this process holds the lease of. `attempt` counts from 1. `lease_end` is by this machine's clock."""

    kind: str
    key: str
    payload: Mapping[str, Any]
    attempt: int
    lease: JobLease
    lease_end: datetime
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """How a job is settled: DONE, READY to run again after `delay_s`, or DEAD until an operator sees to it."""

    lease: JobLease
    state: Literal["DONE", "READY", "DEAD"] = "DONE"
    delay_s: float = 0
    error: str | None = None


@dataclass(frozen=True, slots=True)
class JobResult:
    """The runner completes a job unless its handler has settled it, which may have put it off by `again_in_s`."""

    by_handler: bool = False
    again_in_s: float | None = None


JobHandler = Callable[[Job], Awaitable[JobResult]]


class OpenJobs(Protocol):
    """Jobs that have not ended, whoever has their lease, within the transaction of what is done about them."""

    async def withdraw(self, kind: str, key: str) -> str | None:
        """Discards a job that has not ended, and answers its secret; None if there is no such job.

        Whoever runs it loses its lease: what that one does can still happen outside, and is recorded nowhere.
        """

    async def is_open(self, kind: str, key: str) -> bool:
        """Whether there is such a job that has not ended well."""


class JobStore(Protocol):
    """The jobs, each call in a transaction of its own."""

    async def claim(self, kinds: Sequence[str], *, limit: int, lease_s: float) -> Sequence[Job]:
        """Leases jobs that are due, and those whose lease has ended."""

    async def settle(self, outcomes: Sequence[JobOutcome]) -> set[int]:
        """Answers the ids of those whose lease still held; the others are left as they are."""

    async def wake(self, kind: str, key: str) -> bool:
        """Has a job that is put off run now. False where none is: it runs, it has ended, or it never was."""

    async def undo_clock_steps(self) -> None:
        """Makes due what was put off while the database's clock was ahead, and leases again what runs since then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """When the next attempt is due: exponential with jitter (a quarter of the wait, from `random`)."""

    initial_s: float
    max_s: float
    max_attempts: int
    random: Random

    def delay_s(self, attempts: int) -> float:
        """Seconds to wait after a number of failed attempts."""
        wait = tenacity.wait_exponential(multiplier=self.initial_s, max=self.max_s)
        delay = backoff_s(wait, attempts)
        return min(self.max_s, delay + self.random.uniform(0, delay / 4))


class LeaseLost(Conflict):
    """The lease of the job ended meanwhile: another worker has it, and this one may change nothing."""

    reason = "LEASE_LOST"
