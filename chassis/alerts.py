"""Alerts: what administrators have to know, as durable jobs, one for each way in which it reaches them.

An alert is written in the transaction of what it is about. So none is lost while a mail server is down, and nothing
waits for one.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from functools import partial
from random import Random
from typing import Generic, Protocol
from urllib.parse import unquote, urlsplit

from pydantic import TypeAdapter
from pydantic_core import to_json

from chassis import audit
from chassis.clock import Clock
from chassis.errors import Unavailable
from chassis.jobs import Backoff, Job, JobHandler, JobOutcome, JobResult, NewJob
from chassis.settings import MeshSettings
from chassis.unit_of_work import OpenUnitOfWork, Uow

SIGNATURE = "X-EasyOrder-Signature"
_KIND = "alert:"
_TIMEOUT_S = 10.0


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
        ...


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


class DeadLetters(Generic[Uow]):
    """What a JobRunner's `dead_letter` does: that the job is dead, the audit entry and the alert are one transaction.

    `publish` may do more in it, such as telling a hub. An alert that could not be sent raises no alert.
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
        job_id, name, now = job.lease.job_id, f"{job.kind} {job.key}", self._clock.now()
        alert = Alert(
            # One that is brought back and dies again is another one.
            key=f"job/{job_id}/{job.attempt}",
            summary=f"the job {name} was given up after {job.attempt} attempts",
            detail=error,
            at=now,
        )
        async with self._open_uow() as uow:
            uow.settle(JobOutcome(job.lease, "DEAD", error=error))
            uow.audit(audit.entry("GiveUpJob", str(job_id), outcome="DEAD", detail=f"{name}: {error}", at=now))
            if not job.kind.startswith(_KIND):
                uow.schedule(*self._alerts.jobs(alert))
                if self._publish is not None:
                    await self._publish(job, alert, uow)
            await uow.commit()


class MailChannel:
    """Mail over SMTP: `smtp://user:password@host:port` (TLS where the server offers it) or `smtps://…`."""

    def __init__(self, smtp_url: str, *, sender: str, to: str, timeout_s: float = _TIMEOUT_S) -> None:
        self._server = urlsplit(smtp_url)
        if self._server.scheme not in ("smtp", "smtps") or not self._server.hostname:
            raise ValueError("EASYORDER_SMTP_URL must be smtp://host:port or smtps://host:port")
        self._sender = sender
        self._to = to
        self._timeout_s = timeout_s

    async def send(self, service: str, alert: Alert) -> None:
        import aiosmtplib  # 1 MiB, for shops that are told by mail

        message = EmailMessage()
        message["From"], message["To"] = self._sender, self._to
        message["Subject"] = " ".join(f"[EasyOrder {service}] {alert.summary}".split())
        message["Date"] = format_datetime(alert.at)
        # The same each time, so that a mailbox shows one that was sent twice once.
        message["Message-ID"] = f"<{hashlib.sha256(f'{service}/{alert.key}'.encode()).hexdigest()[:32]}@easyorder>"
        message.set_content(f"{alert.summary}\n\n{alert.detail}\n\n{alert.at.isoformat()}, {service}\n")
        server = self._server
        try:
            await aiosmtplib.send(
                message,
                hostname=server.hostname,
                port=server.port,
                username=unquote(server.username) if server.username else None,
                password=unquote(server.password) if server.password else None,
                use_tls=server.scheme == "smtps",
                timeout=self._timeout_s,
            )
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Unavailable(f"the alert could not be mailed: {error}") from error


class WebhookChannel:
    """POST of JSON. `X-EasyOrder-Signature: t=<unix time>,v1=<hex>` where v1 is HMAC-SHA256 of `<unix time>.<body>`.

    The receiver compares that, and should refuse what is older than some minutes.
    """

    def __init__(self, url: str, secret: str, *, now: Callable[[], float] = time.time) -> None:
        self._url = url
        self._secret = secret.encode()
        self._now = now

    async def send(self, service: str, alert: Alert) -> None:
        import httpx  # 5 MiB, for shops that have a webhook

        content = asdict(alert) | {"service": service, "time": alert.at}
        del content["at"]
        body, at = to_json(content), int(self._now())
        mac = hmac.new(self._secret, f"{at}.".encode() + body, hashlib.sha256)
        headers = {"content-type": "application/json", SIGNATURE: f"t={at},v1={mac.hexdigest()}"}
        try:
            async with httpx.AsyncClient(timeout=_TIMEOUT_S) as client:
                (await client.post(self._url, content=body, headers=headers)).raise_for_status()
        except httpx.HTTPError as error:
            raise Unavailable(f"the alert's webhook failed: {error!r}") from error


def channels_of(settings: MeshSettings) -> Mapping[str, Channel]:
    """Those that are configured, by name."""
    channels: dict[str, Channel] = {}
    if to := settings.alert_mail_to:
        channels["mail"] = MailChannel(settings.smtp_url.get_secret_value(), sender=settings.alert_mail_from, to=to)
    if url := settings.alert_webhook_url:
        channels["webhook"] = WebhookChannel(url, settings.alert_webhook_secret.get_secret_value())
    return channels
