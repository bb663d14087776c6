"""SetUserRoles: replace the roles of a user; somebody stays who runs the shop."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chassis.audit import note_changes
from chassis.mediator import Command
from identity_svc.commands.administrators import keep_an_administrator
from identity_svc.commands.uow import IdentityUow
from identity_svc.domain.errors import UserNotFound
from identity_svc.domain.user import Role, User, user_id_of


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUserRoles(Command[User]):
    id: str
    roles: frozenset[Role]


async def set_user_roles(cmd: SetUserRoles, uow: IdentityUow) -> User:
    """Raises UserNotFound, LastAdministrator, or PermissionDenied if the caller has just lost the role."""
    user_id = user_id_of(cmd.id)
    await keep_an_administrator(uow, without=None if Role.ADMIN in cmd.roles else user_id)
    user = await uow.users.lock(user_id)
    if user is None:
        raise UserNotFound
    if user.roles == cmd.roles:
        return user
    changed = await uow.users.put(replace(user, roles=cmd.roles))
    note_changes(user, changed)
    if user.roles - cmd.roles:
        await uow.users.revoke_tokens(changed)
    return changed
