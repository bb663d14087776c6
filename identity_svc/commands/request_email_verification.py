"""RequestEmailVerification: mail a token to the user's address, unless the address is verified."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.clock import Clock
from chassis.context import current
from chassis.mediator import Command
from identity_svc.commands.mail_requests import schedule_mail
from identity_svc.commands.uow import IdentityUow
from identity_svc.domain.errors import UserNotFound
from identity_svc.domain.mailed_tokens import MailPolicy, Purpose
from identity_svc.domain.user import visible_user_id


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestEmailVerification(Command[None]):
    """`id` is a UUID, or `me` for the caller."""

    id: str
    place: str = ""


async def request_email_verification(
    cmd: RequestEmailVerification, uow: IdentityUow, *, policy: MailPolicy, clock: Clock
) -> None:
    """Raises UserNotFound, MailNotConfigured or RateLimited."""
    caller = current().caller
    user = await uow.users.find(visible_user_id(cmd.id, caller_id=caller.id, sees_all=caller.is_admin))
    if user is None:
        raise UserNotFound
    if not user.is_email_verified:
        await schedule_mail(uow, Purpose.EMAIL_VERIFICATION, user.email, place=cmd.place, policy=policy, at=clock.now())
