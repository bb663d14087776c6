"""VerifyEmail: the user reads the mail of the address, as the token proves."""

from __future__ import annotations

from dataclasses import dataclass, field

from chassis.clock import Clock
from chassis.mediator import Command
from identity_svc.commands.uow import IdentityUow
from identity_svc.commands.use_mailed_token import use_mailed_token
from identity_svc.domain.mailed_tokens import Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyEmail(Command[None]):
    token: str = field(repr=False)


async def verify_email(cmd: VerifyEmail, uow: IdentityUow, *, clock: Clock) -> None:
    """Raises MailedTokenInvalid."""
    now = clock.now()
    user = await use_mailed_token(cmd.token, Purpose.EMAIL_VERIFICATION, uow, now)
    await uow.users.put(user.with_verified_email(now))
