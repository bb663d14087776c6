"""Logout: end the caller's session, the one of a refresh token or the one of the access token."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from chassis.context import current
from chassis.mediator import Command
from identity_svc.commands.uow import IdentityUow
from identity_svc.domain.ports import RefreshTokens
from identity_svc.domain.session import SessionId
from identity_svc.domain.user import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Logout(Command[None]):
    """Without a `token`, the session of the access token ends. What is not the caller's is left alone."""

    token: str = field(default="", repr=False)


async def logout(cmd: Logout, uow: IdentityUow, *, refresh_tokens: RefreshTokens) -> None:
    caller = current().caller
    if cmd.token:
        token = refresh_tokens.read(cmd.token)
        session_id = token.session_id if token else None
    else:
        session_id = SessionId(uuid.UUID(caller.session_id)) if caller.session_id else None
    if session_id:
        await uow.sessions.end(session_id, of=UserId(uuid.UUID(caller.id)))
