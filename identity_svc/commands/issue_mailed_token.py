"""IssueMailedToken: store the digest of a token that is about to be mailed; again for each attempt to mail it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from chassis.clock import Clock
from chassis.mediator import Command
from identity_svc.commands.uow import IdentityUow
from identity_svc.domain.mailed_tokens import MailedToken, Purpose, binding, digest_of
from identity_svc.domain.user import Email


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueMailedToken(Command[bool]):
    """Returns whether it is to be mailed: the address has a user who may sign in, and there is time left to use it."""

    token: str = field(repr=False)
    purpose: Purpose
    email: Email
    expires_on: datetime


async def issue_mailed_token(cmd: IssueMailedToken, uow: IdentityUow, *, clock: Clock) -> bool:
    credential = await uow.credentials.find_by_email(cmd.email)
    if credential is None or cmd.expires_on <= clock.now():
        return False
    await uow.mailed_tokens.add(
        MailedToken(
            digest=digest_of(cmd.token),
            purpose=cmd.purpose,
            user_id=credential.user_id,
            bound_to=binding(cmd.purpose, cmd.email, credential.password_hash),
            expires_on=cmd.expires_on,
        )
    )
    return True
