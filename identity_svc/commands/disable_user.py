"""DisableUser, EnableUser: take somebody's access away, and give it back."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chassis.audit import note_changes
from chassis.mediator import Command
from identity_svc.commands.administrators import keep_an_administrator
from identity_svc.commands.uow import IdentityUow
from identity_svc.domain.errors import UserNotFound
from identity_svc.domain.user import User, user_id_of


@dataclass(frozen=True, slots=True, kw_only=True)
class DisableUser(Command[User]):
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnableUser(Command[User]):
    id: str


async def disable_user(cmd: DisableUser, uow: IdentityUow) -> User:
    """Raises UserNotFound, LastAdministrator, or PermissionDenied if the caller has just lost the role."""
    user_id = user_id_of(cmd.id)
    await keep_an_administrator(uow, without=user_id)
    user = await uow.users.lock(user_id)
    if user is None:
        raise UserNotFound
    changed = user if user.disabled else await uow.users.put(replace(user, disabled=True))
    note_changes(user, changed)
    await uow.sessions.end_all(user_id)
    return changed


async def enable_user(cmd: EnableUser, uow: IdentityUow) -> User:
    """Raises UserNotFound."""
    user = await uow.users.lock(user_id_of(cmd.id))
    if user is None:
        raise UserNotFound
    changed = await uow.users.put(replace(user, disabled=False)) if user.disabled else user
    note_changes(user, changed)
    return changed
