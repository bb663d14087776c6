"""Durable jobs: what they are, who may settle them, and when they are tried again. chassis.job_runner runs them.

A job is a row written in the transaction that wants it. Whoever runs it holds its lease; when the worker dies, the
lease ends and any replica claims the job. A worker that outlived its lease can change nothing: whatever settles a job
names the lease it was run under.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any, Protocol

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job that this process holds the lease of. `attempt` counts from 1. `lease_end` is by this machine's clock."""

    kind: str
    key: str
    payload: Mapping[str, Any]
    attempt: int
    lease: JobLease
    lease_end: datetime
    secret: str = field(default="", repr=False)


class OpenJobs(Protocol):
    """Jobs that have not ended, whoever has their lease, within the transaction of what is done about them."""

    async def withdraw(self, kind: str, key: str) -> str | None:
        """Discards a job that has not ended, and answers its secret; None if there is no such job.

        Whoever runs it loses its lease: what that one does can still happen outside, and is recorded nowhere.
        """
        ...

    async def is_open(self, kind: str, key: str) -> bool:
        """Whether there is such a job that has not ended well."""
        ...


class JobStore(Protocol):
    """The jobs, each call in a transaction of its own. What settles them answers the ids whose lease still held."""

    async def claim(self, kinds: Sequence[str], *, limit: int, lease_s: float) -> Sequence[Job]:
        """Leases jobs that are due, and those whose lease has ended."""
        ...

    async def complete(self, leases: Sequence[JobLease]) -> set[int]: ...

    async def put_off(self, delays: Sequence[tuple[JobLease, float, str]]) -> set[int]:
        """Runs again after so many seconds; the text says why."""
        ...

    async def dead_letter(self, errors: Sequence[tuple[JobLease, str]]) -> set[int]:
        """Gives up: the job waits for an operator."""
        ...

    async def wake(self, kind: str, key: str) -> bool:
        """Has a job that is put off run now. False where none is: it runs, it has ended, or it never was."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """When the next attempt is due: exponential with jitter (a quarter of the wait, from `random`)."""

    initial_s: float
    max_s: float
    max_attempts: int
    random: Random

    def delay_s(self, attempts: int) -> float:
        """Seconds to wait after so many failed attempts."""
        wait = tenacity.wait_exponential(multiplier=self.initial_s, max=self.max_s)
        delay = backoff_s(wait, attempts)
        return min(self.max_s, delay + self.random.uniform(0, delay / 4))


class LeaseLost(Conflict):
    """The lease of the job ended meanwhile: another worker has it, and this one may change nothing."""

    reason = "LEASE_LOST"
