"""Where mails to users go: to a mail server or, on a laptop without one, to the terminal."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TextIO

from chassis.alert_channels import send_mail
from chassis.clock import Clock
from identity_svc.sagas.token_mails import Mail


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpMailbox:
    """A mail that is sent twice has the same Message-ID, by which a mailbox shows it once."""

    smtp_url: str = field(repr=False)
    sender: str
    clock: Clock

    async def __call__(self, mail: Mail) -> None:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, mail.to, mail.subject
        message["Date"] = format_datetime(self.clock.now())
        message["Message-ID"] = f"<{hashlib.sha256(mail.id.encode()).hexdigest()[:32]}@easyorder>"
        # As RFC 3834 asks: answers such as "out of office" are not sent.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text)
        await send_mail(self.smtp_url, message)


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalMailbox:
    """Prints mails where `make up` shows them. Whoever sees the terminal can use their tokens."""

    stream: TextIO = field(default_factory=lambda: sys.stdout)

    async def __call__(self, mail: Mail) -> None:
        lines = [f"Mail to {mail.to}: {mail.subject}", *mail.text.splitlines()]
        print("\n".join(f"  {line}" for line in lines), file=self.stream, flush=True)
