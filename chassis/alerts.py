"""Alerts: what administrators have to know, as durable jobs, one for each way in which it reaches them.

An alert is written in the transaction of what it is about. So none is lost while a mail server is down, and nothing
waits for one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from random import Random
from typing import Generic, Protocol

from pydantic import TypeAdapter

from chassis import audit
from chassis.clock import Clock
from chassis.jobs import Backoff, Job, JobHandler, JobOutcome, JobResult, NewJob
from chassis.unit_of_work import OpenUnitOfWork, Uow

_KIND = "alert:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something that somebody should look at. One `key` is sent once."""

    key: str
    summary: str
    detail: str
    at: datetime


_ALERTS = TypeAdapter(Alert)


class Channel(Protocol):
    """A way to administrators."""

    async def send(self, service: str, alert: Alert) -> None:
        """At least once; who gets it twice knows it by its key. Raises Unavailable when it did not get through."""


class Alerts:
    """The alerts of a service, sent over all of `channels`."""

    def __init__(self, service: str, channels: Mapping[str, Channel]) -> None:
        self._service = service
        self._channels = {_KIND + name: channel for name, channel in channels.items()}

    def jobs(self, alert: Alert) -> list[NewJob]:
        """What to schedule, so that it is sent."""
        payload = _ALERTS.dump_python(alert, mode="json")
        return [NewJob(kind=kind, key=alert.key, payload=payload) for kind in self._channels]

    def handlers(self) -> Mapping[str, JobHandler]:
        """What a JobRunner runs, by kind of job."""
        return {kind: partial(self._send, channel) for kind, channel in self._channels.items()}

    def backoffs(self, random: Random) -> Mapping[str, Backoff]:
        """Alerts are tried for some two days."""
        return dict.fromkeys(self._channels, Backoff(initial_s=1, max_s=300, max_attempts=600, random=random))

    async def _send(self, channel: Channel, job: Job) -> JobResult:
        await channel.send(self._service, _ALERTS.validate_python(job.payload))
        return JobResult()


NOBODY = Alerts("", {})


@dataclass(frozen=True)
class DeadLetters(Generic[Uow]):
    """What a JobRunner's `dead_letter` does: that the job is dead, the audit entry and the alert are one transaction.

    `publish` may do more in it, such as publishing to a hub. An alert that could not be sent raises no alert.
    """

    open_uow: OpenUnitOfWork[Uow]
    alerts: Alerts
    clock: Clock
    publish: Callable[[Job, Alert, Uow], Awaitable[None]] | None = None

    async def __call__(self, job: Job, error: str) -> None:
        job_id, name, now = job.lease.job_id, f"{job.kind} {job.key}", self.clock.now()
        alert = Alert(
            # One that is brought back and dies again is another one.
            key=f"job/{job_id}/{job.attempt}",
            summary=f"the job {name} was given up after {job.attempt} attempts",
            detail=error,
            at=now,
        )
        async with self.open_uow() as uow:
            uow.settle(JobOutcome(job.lease, "DEAD", error=error))
            uow.audit(audit.entry("GiveUpJob", str(job_id), outcome="DEAD", detail=f"{name}: {error}", at=now))
            if not job.kind.startswith(_KIND):
                uow.schedule(*self.alerts.jobs(alert))
                if self.publish is not None:
                    await self.publish(job, alert, uow)
            await uow.commit()
