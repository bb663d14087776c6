"""How alerts reach administrators: by mail, and by a webhook whose body is signed."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from email.utils import format_datetime
from functools import partial
from random import Random
from typing import Protocol
from urllib.parse import unquote, urlsplit

from pydantic_core import to_json

from chassis.alerts import Alert, alert_of, kind_of
from chassis.errors import Unavailable
from chassis.job_runner import JobHandler, JobResult
from chassis.jobs import Backoff, Job
from chassis.settings import MeshSettings

SIGNATURE = "X-EasyOrder-Signature"
_TIMEOUT_S = 10.0


class Channel(Protocol):
    """A way to administrators."""

    async def send(self, service: str, alert: Alert) -> None:
        """At least once; who gets it twice knows it by its key. Raises Unavailable when it did not get through."""
        ...


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
    """POST of JSON. `X-EasyOrder-Signature: t=<unix time>,v1=<hex>` where v1 is HMAC-SHA256 of `<unix time>.<body>`."""

    def __init__(
        self, url: str, secret: str, *, timeout_s: float = _TIMEOUT_S, now: Callable[[], float] = time.time
    ) -> None:
        self._url = url
        self._secret = secret
        self._timeout_s = timeout_s
        self._now = now

    async def send(self, service: str, alert: Alert) -> None:
        import httpx  # 5 MiB, for shops that have a webhook

        content = {"key": alert.key, "service": service, "summary": alert.summary, "detail": alert.detail}
        body = to_json(content | {"time": alert.at})
        headers = {"content-type": "application/json", SIGNATURE: signature(self._secret, body, at=int(self._now()))}
        try:
            async with httpx.AsyncClient(timeout=self._timeout_s) as client:
                (await client.post(self._url, content=body, headers=headers)).raise_for_status()
        except httpx.HTTPError as error:
            raise Unavailable(f"the alert's webhook failed: {error!r}") from error


def signature(secret: str, body: bytes, *, at: int) -> str:
    """What the receiver compares; it should refuse what is older than some minutes."""
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256)
    return f"t={at},v1={mac.hexdigest()}"


def channels_of(settings: MeshSettings) -> Mapping[str, Channel]:
    """Those that are configured, by name."""
    channels: dict[str, Channel] = {}
    if settings.alert_mail_to:
        channels["mail"] = MailChannel(
            settings.smtp_url.get_secret_value(), sender=settings.alert_mail_from, to=settings.alert_mail_to
        )
    if settings.alert_webhook_url:
        secret = settings.alert_webhook_secret.get_secret_value()
        channels["webhook"] = WebhookChannel(settings.alert_webhook_url, secret)
    return channels


def alert_handlers(channels: Mapping[str, Channel]) -> Mapping[str, JobHandler]:
    """What a JobRunner runs, by kind of job."""
    return {kind_of(name): partial(_send, channel) for name, channel in channels.items()}


def alert_backoffs(channels: Mapping[str, Channel], random: Random) -> Mapping[str, Backoff]:
    """Alerts are tried for some two days."""
    patient = Backoff(initial_s=1, max_s=300, max_attempts=600, random=random)
    return {kind_of(name): patient for name in channels}


async def _send(channel: Channel, job: Job) -> JobResult:
    await channel.send(job.payload["service"], alert_of(job))
    return JobResult()
