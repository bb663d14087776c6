"""Alerts to administrators: one durable job for each alert and channel.

An alert is written in the transaction that causes it, so that it outlasts a mail server that is down.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from random import Random
from typing import Generic

from pydantic import TypeAdapter

from chassis import audit
from chassis.clock import Clock
from chassis.jobs import Backoff, Job, JobHandler, JobOutcome, JobResult, NewJob
from chassis.unit_of_work import OpenUnitOfWork, Uow

_KIND = "alert:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A condition that needs an administrator. Alerts with the same `key` are sent once."""

    key: str
    summary: str
    detail: str
    at: datetime


_ALERTS = TypeAdapter(Alert)
# Delivers a service's alert at least once; receivers recognise duplicates by the key. Raises Unavailable on failure.
Channel = Callable[[str, Alert], Awaitable[None]]


class Alerts:
    """Sends the alerts of a service over all `channels`."""

    def __init__(self, service: str, channels: Mapping[str, Channel]) -> None:
        self._service = service
        self._channels = {_KIND + name: channel for name, channel in channels.items()}

    def jobs(self, alert: Alert) -> list[NewJob]:
        """The jobs that send the alert."""
        payload = _ALERTS.dump_python(alert, mode="json")
        return [NewJob(kind=kind, key=alert.key, payload=payload) for kind in self._channels]

    def handlers(self) -> Mapping[str, JobHandler]:
        """The handlers for a JobRunner, by kind of job."""
        return {kind: partial(self._send, channel) for kind, channel in self._channels.items()}

    def backoffs(self, random: Random) -> Mapping[str, Backoff]:
        """Alerts are retried for two days."""
        return dict.fromkeys(self._channels, Backoff.lasting(48, initial_s=1, max_s=300, random=random))

    async def _send(self, channel: Channel, job: Job) -> JobResult:
        await channel(self._service, _ALERTS.validate_python(job.payload))
        return JobResult()


@dataclass(frozen=True)
class DeadLetters(Generic[Uow]):
    """The `dead_letter` of a JobRunner: writes the job's state, an audit entry and an alert in one transaction.

    `publish` adds to the transaction, for example an event of a stream. A failed alert raises no further alert.
    """

    open_uow: OpenUnitOfWork[Uow]
    alerts: Alerts
    clock: Clock
    publish: Callable[[Job, Alert, Uow], Awaitable[None]] | None = None

    async def __call__(self, job: Job, error: str) -> None:
        job_id, name, now = job.lease.job_id, f"{job.kind} {job.key}", self.clock.now()
        alert = Alert(
            # A job that is retried by an operator and dies again raises another alert.
            key=f"job/{job_id}/{job.attempt}",
            summary=f"the job {name} was given up after {job.attempt} attempts",
            detail=error,
            at=now,
        )
        async with self.open_uow() as uow:
            uow.settle(JobOutcome(job.lease, "DEAD", error=error))
            uow.audit(
                audit.entry("GiveUpJob", str(job_id), outcome="JOB_STATE_DEAD", detail=f"{name}: {error}", at=now)
            )
            if not job.kind.startswith(_KIND):
                uow.schedule(*self.alerts.jobs(alert))
                if self.publish is not None:
                    await self.publish(job, alert, uow)
            await uow.commit()
