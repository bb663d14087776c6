"""Alerts: what administrators have to know, as durable jobs, one for each way in which it reaches them.

An alert is written with what it tells of. So none is lost while a mail server is down, and nothing waits for one.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime

from pydantic import TypeAdapter

from chassis.jobs import Job, NewJob

_KIND = "alert:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something that somebody should look at. One `key` is sent once."""

    key: str
    summary: str
    detail: str
    at: datetime


_ALERTS = TypeAdapter(Alert)


class Alerts:
    """Knows the ways that are configured: `mail`, `webhook`."""

    def __init__(self, service: str, channels: Collection[str]) -> None:
        self._service = service
        self._channels = channels

    def jobs(self, alert: Alert) -> list[NewJob]:
        """What to schedule, so that it is sent."""
        payload = asdict(alert) | {"at": alert.at.isoformat(), "service": self._service}
        return [NewJob(kind=kind_of(channel), key=alert.key, payload=payload) for channel in self._channels]


NOBODY = Alerts("", ())


def kind_of(channel: str) -> str:
    """The kind of the jobs that send alerts this way."""
    return _KIND + channel


def is_alert(job: Job) -> bool:
    return job.kind.startswith(_KIND)


def alert_of(job: Job) -> Alert:
    """What a job is to send."""
    known = {name: value for name, value in job.payload.items() if name != "service"}
    return _ALERTS.validate_python(known)
