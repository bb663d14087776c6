"""Mails with tokens: durable jobs, so that neither a crash nor a mail server that is down loses one.

A mail that was sent when its process crashed is sent again, as the same message with the same token.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from random import Random

from chassis.jobs import Backoff, Job, JobHandler, JobResult
from chassis.mediator import Mediator
from identity_svc.commands.issue_mailed_token import IssueMailedToken
from identity_svc.commands.mail_requests import kind_of
from identity_svc.commands.uow import IdentityUow
from identity_svc.domain.mailed_tokens import Purpose
from identity_svc.domain.user import Email


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """`id` is the same for each attempt to send it."""

    id: str
    to: Email
    subject: str
    text: str


class Undeliverable(Exception):
    """No mail reaches the address: strangers may have made it up, so nobody is alerted."""


# Raises Unavailable if it cannot be sent now, and Undeliverable if it never can.
SendMail = Callable[[Mail], Awaitable[None]]

_SUBJECTS = {
    Purpose.PASSWORD_RESET: "Choose another password",
    Purpose.EMAIL_VERIFICATION: "Confirm your address",
}
_REASONS = {
    Purpose.PASSWORD_RESET: "Somebody, probably you, wants another password for {email}.",
    Purpose.EMAIL_VERIFICATION: "Somebody, probably you, says that {email} is their address.",
}
_METHODS = {
    Purpose.PASSWORD_RESET: "/api/v1/users:resetPassword",
    Purpose.EMAIL_VERIFICATION: "/api/v1/users:verifyEmail",
}


@dataclass(frozen=True, slots=True)
class TokenMails:
    """Handles the jobs. `pages` are the URLs of the shop's pages that take the tokens, empty where there is none."""

    mediator: Mediator[IdentityUow]
    send: SendMail
    pages: Mapping[Purpose, str]

    def handlers(self) -> Mapping[str, JobHandler]:
        return {kind_of(purpose): partial(self._mail, purpose) for purpose in Purpose}

    def backoffs(self, random: Random) -> Mapping[str, Backoff]:
        """Each is tried as long as its token is valid."""
        return {
            kind_of(purpose): Backoff.lasting(purpose.life.total_seconds() / 3600, initial_s=1, max_s=60, random=random)
            for purpose in Purpose
        }

    async def _mail(self, purpose: Purpose, job: Job) -> JobResult:
        token, _, address = job.secret.partition(" ")
        email, expires_on = Email(address), datetime.fromisoformat(job.payload["expires_on"])
        command = IssueMailedToken(token=token, purpose=purpose, email=email, expires_on=expires_on)
        if not await self.mediator.send(command):
            return JobResult(note="nobody who may sign in has the address, or the token has expired")
        text = self._text(purpose, token, email, expires_on)
        try:
            await self.send(Mail(id=job.key, to=email, subject=_SUBJECTS[purpose], text=text))
        except Undeliverable as refusal:
            return JobResult(note=str(refusal))
        return JobResult()

    def _text(self, purpose: Purpose, token: str, email: Email, expires_on: datetime) -> str:
        # Nothing of what the user calls themselves: it could be a message of somebody who typed another's address.
        page = self.pages[purpose]
        # After the #, it is in no log of a server.
        how = f"{page}#token={token}" if page else f"The token for {_METHODS[purpose]} is:\n{token}"
        until = f"{expires_on:%Y-%m-%d %H:%M} UTC"
        return (
            f"{_REASONS[purpose].format(email=email)}\n\n{how}\n\n"
            f"It works once, until {until}. If it was not you, do nothing: all stays as it is.\n"
        )
