"""Where mails to users go: to a mail server or, on a laptop without one, to the terminal."""

from __future__ import annotations

import hashlib
import re
import sys
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TextIO

from chassis.alert_channels import send_mail
from chassis.clock import Clock
from chassis.errors import Unavailable
from identity_svc.domain.user import Email
from identity_svc.sagas.token_mails import Mail, Undeliverable

# What has a meaning in a list of recipients: there, such an address could be another one, or several.
_SPECIAL = re.compile(r'[,;:<>()\[\]"\\]')
_REFUSED_FOR_GOOD = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpMailbox:
    """A mail that is sent twice has the same Message-ID, by which a mailbox shows it once."""

    smtp_url: str = field(repr=False)
    sender: str
    clock: Clock

    async def __call__(self, mail: Mail) -> None:
        if _SPECIAL.search(mail.to):
            raise Undeliverable("the address has characters that mail addresses do not have")
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, mail.to, mail.subject
        message["Date"] = format_datetime(self.clock.now())
        message["Message-ID"] = f"<{hashlib.sha256(mail.id.encode()).hexdigest()[:32]}@easyorder>"
        # As RFC 3834 asks: answers such as "out of office" are not sent.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text)
        try:
            await send_mail(self.smtp_url, message)
        except Unavailable as error:
            if _is_about_the_address(error.__cause__, mail.to):
                raise Undeliverable("the mail server refuses the address") from error
            raise


def _is_about_the_address(error: BaseException | None, to: Email) -> bool:
    import aiosmtplib  # imported by now

    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return all(refused.code >= _REFUSED_FOR_GOOD for refused in error.recipients)
    return isinstance(error, aiosmtplib.SMTPNotSupported) and not to.isascii()


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalMailbox:
    """Prints mails where `make up` shows them. Whoever sees the terminal can use their tokens."""

    stream: TextIO = field(default_factory=lambda: sys.stdout)

    async def __call__(self, mail: Mail) -> None:
        lines = [f"Mail to {mail.to}: {mail.subject}", *mail.text.splitlines()]
        print("\n".join(f"  {line}" for line in lines), file=self.stream, flush=True)
