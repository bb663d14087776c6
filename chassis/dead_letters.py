"""Giving a job up: that it is dead, the audit entry and the alert are one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Generic

from chassis import audit
from chassis.alerts import Alert, Alerts, is_alert
from chassis.clock import Clock
from chassis.jobs import Job
from chassis.unit_of_work import OpenUnitOfWork, Uow


class DeadLetters(Generic[Uow]):
    """What a JobRunner's `dead_letter` does. `publish` may do more in the same transaction, such as telling a hub.

    An alert that could not be sent raises no alert.
    """

    def __init__(
        self,
        open_uow: OpenUnitOfWork[Uow],
        alerts: Alerts,
        clock: Clock,
        *,
        publish: Callable[[Job, Alert, Uow], Awaitable[None]] | None = None,
    ) -> None:
        self._open_uow = open_uow
        self._alerts = alerts
        self._clock = clock
        self._publish = publish

    async def __call__(self, job: Job, error: str) -> None:
        now = self._clock.now()
        async with self._open_uow() as uow:
            uow.dead_letter(job.lease, error)
            name = f"{job.kind} {job.key}"
            detail = f"{name}: {error}"
            uow.audit(audit.entry("GiveUpJob", str(job.lease.job_id), outcome="DEAD", detail=detail, at=now))
            if not is_alert(job):
                alert = Alert(
                    # One that is brought back and dies again is another one.
                    key=f"job/{job.lease.job_id}/{job.attempt}",
                    summary=f"the job {name} was given up after {job.attempt} attempts",
                    detail=error,
                    at=now,
                )
                uow.schedule(*self._alerts.jobs(alert))
                if self._publish is not None:
                    await self._publish(job, alert, uow)
            await uow.commit()
