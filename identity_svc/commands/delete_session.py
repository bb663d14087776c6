"""DeleteSession: users end their own sessions, administrators any; for all others the session does not exist."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from chassis.context import current
from chassis.mediator import Command
from identity_svc.commands.uow import IdentityUow
from identity_svc.domain.errors import SessionNotFound
from identity_svc.domain.session import SessionId
from identity_svc.domain.user import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteSession(Command[None]):
    id: str


async def delete_session(cmd: DeleteSession, uow: IdentityUow) -> None:
    """Raises SessionNotFound."""
    caller = current().caller
    try:
        session_id = SessionId(uuid.UUID(cmd.id))
    except ValueError:
        raise SessionNotFound from None
    if not await uow.sessions.end(session_id, of=None if caller.is_admin else UserId(uuid.UUID(caller.id))):
        raise SessionNotFound
