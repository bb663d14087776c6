"""ChangePassword: users change their own password, administrators anybody's; all other sessions of the user end."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from chassis.context import current
from chassis.mediator import Command
from identity_svc.commands.own_password import require_current
from identity_svc.commands.uow import IdentityUow
from identity_svc.commands.update_user import IsOwnPassword
from identity_svc.domain.errors import UserNotFound
from identity_svc.domain.password import Password, PasswordPolicy
from identity_svc.domain.ports import Credential, OpenStores, Passwords
from identity_svc.domain.session import SessionId
from identity_svc.domain.user import User, visible_user_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePassword(Command[User | None]):
    """Returns None for a wrong password instead of an error, because the count of failures must be committed."""

    id: str
    new_password: Password
    current_password: Password
    place: str = ""


async def change_password(
    cmd: ChangePassword,
    uow: IdentityUow,
    *,
    open_stores: OpenStores,
    passwords: Passwords,
    policy: PasswordPolicy,
    is_own_password: IsOwnPassword,
) -> User | None:
    """Raises UserNotFound, WeakPassword, AccountLocked or InvalidArgument."""
    caller = current().caller
    user_id = visible_user_id(cmd.id, caller_id=caller.id, sees_all=caller.is_admin)
    async with open_stores() as stores:
        known = await stores.users.find(user_id)
    if known is None:
        raise UserNotFound
    policy.check(cmd.new_password, email=known.email, display_name=known.display_name, field="newPassword")
    is_own = str(user_id) == caller.id
    if is_own:
        require_current(cmd.current_password, "currentPassword", "another password")
    new = await passwords.hash(cmd.new_password)
    if is_own and not await is_own_password(cmd.current_password, user_id, uow, place=cmd.place):
        return None
    user = await uow.users.lock(user_id)
    if user is None:
        raise UserNotFound
    await uow.credentials.put(Credential(user_id, new))
    kept = SessionId(uuid.UUID(caller.session_id)) if is_own and caller.session_id else None
    await uow.sessions.end_all(user_id, but=kept)
    return user
