"""RequestPasswordReset: mail a token for another password, if somebody has the address; nobody is told whether."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.clock import Clock
from chassis.mediator import Command
from identity_svc.commands.mail_requests import schedule_mail
from identity_svc.commands.uow import IdentityUow
from identity_svc.domain.mailed_tokens import MailPolicy, Purpose
from identity_svc.domain.user import email_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPasswordReset(Command[None]):
    email: str
    place: str = ""


async def request_password_reset(
    cmd: RequestPasswordReset, uow: IdentityUow, *, policy: MailPolicy, clock: Clock
) -> None:
    """Raises MailNotConfigured or RateLimited."""
    email = email_of(cmd.email)
    await schedule_mail(uow, Purpose.PASSWORD_RESET, email, place=cmd.place, policy=policy, at=clock.now())
