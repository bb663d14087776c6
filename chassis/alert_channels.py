"""Alert channels: mail, and a webhook with a signed body."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from pydantic_core import to_json

from chassis.alerts import Alert, Channel
from chassis.clock import SystemClock
from chassis.errors import Unavailable
from chassis.settings import MeshSettings

SIGNATURE = "X-EasyOrder-Signature"
_TIMEOUT_S = 10.0


@dataclass(frozen=True)
class MailChannel:
    smtp_url: str = field(repr=False)
    sender: str
    to: str

    async def __call__(self, service: str, alert: Alert) -> None:
        message = EmailMessage()
        message["From"], message["To"] = self.sender, self.to
        message["Subject"] = " ".join(f"[EasyOrder {service}] {alert.summary}".split())
        message["Date"] = format_datetime(alert.at)
        # The same for each attempt, so that a mailbox shows an alert that was sent twice only once.
        message["Message-ID"] = f"<{hashlib.sha256(f'{service}/{alert.key}'.encode()).hexdigest()[:32]}@easyorder>"
        message.set_content(f"{alert.summary}\n\n{alert.detail}\n\n{alert.at.isoformat()}, {service}\n")
        await send_mail(self.smtp_url, message)


async def send_mail(smtp_url: str, message: EmailMessage) -> None:
    """Over `smtp://user:password@host:port` (TLS if the server offers it) or `smtps://…`. Raises Unavailable."""
    import aiosmtplib  # 1 MiB, imported only if mail is sent

    server = urlsplit(smtp_url)
    try:
        await aiosmtplib.send(
            message,
            hostname=server.hostname,
            port=server.port,
            username=unquote(server.username) if server.username else None,
            password=unquote(server.password) if server.password else None,
            use_tls=server.scheme == "smtps",
            timeout=_TIMEOUT_S,
        )
    except (aiosmtplib.SMTPException, OSError) as error:
        raise Unavailable(f"the mail could not be sent: {error}") from error


@dataclass(frozen=True)
class WebhookChannel:
    """Sends JSON by POST. `X-EasyOrder-Signature: t=<unix time>,v1=<HMAC-SHA256 of <unix time>.<body>, in hex>`.

    The receiver verifies the signature and should reject one that is more than a few minutes old.
    """

    url: str
    secret: str = field(repr=False)

    async def __call__(self, service: str, alert: Alert) -> None:
        import httpx  # 5 MiB, imported only if a webhook is configured

        content = asdict(alert) | {"service": service, "time": alert.at}
        del content["at"]
        body, at = to_json(content), int(SystemClock().now().timestamp())
        mac = hmac.new(self.secret.encode(), f"{at}.".encode() + body, hashlib.sha256)
        headers = {"content-type": "application/json", SIGNATURE: f"t={at},v1={mac.hexdigest()}"}
        try:
            async with httpx.AsyncClient(timeout=_TIMEOUT_S) as client:
                (await client.post(self.url, content=body, headers=headers)).raise_for_status()
        except httpx.HTTPError as error:
            raise Unavailable(f"the alert's webhook failed: {error!r}") from error


def channels_of(settings: MeshSettings) -> Mapping[str, Channel]:
    """The configured channels, by name."""
    channels: dict[str, Channel] = {}
    if to := settings.alert_mail_to:
        channels["mail"] = MailChannel(settings.smtp_url.get_secret_value(), sender=settings.alert_mail_from, to=to)
    if url := settings.alert_webhook_url:
        channels["webhook"] = WebhookChannel(url, settings.alert_webhook_secret.get_secret_value())
    return channels
