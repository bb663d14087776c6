"""UpdateUser: users change their name and address, administrators those of anybody, and metadata."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field

from chassis.audit import note_changes
from chassis.context import current
from chassis.errors import EtagMismatch
from chassis.mediator import Command
from identity_svc.commands.own_password import require_current
from identity_svc.commands.uow import IdentityUow
from identity_svc.domain.errors import EmailTaken, UserNotFound
from identity_svc.domain.password import Password
from identity_svc.domain.user import User, UserId, email_of, visible_user_id

# Whether it is the current password of the user, with the transaction that counts a wrong one.
IsOwnPassword = Callable[..., Awaitable[bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateUser(Command[User | None]):
    """Changes those of the fields that are in `changed`; `etag` is empty for any version.

    Returns None for a wrong password instead of an error, because the count of failures must be committed.
    """

    id: str
    changed: Collection[str]
    email: str = ""
    display_name: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    etag: str = ""
    current_password: Password = field(default_factory=lambda: Password(""))
    place: str = ""


async def update_user(cmd: UpdateUser, uow: IdentityUow, *, is_own_password: IsOwnPassword) -> User | None:
    """Raises UserNotFound, EtagMismatch, EmailTaken, AccountLocked or InvalidArgument."""
    caller = current().caller
    user_id = visible_user_id(cmd.id, caller_id=caller.id, sees_all=caller.is_admin)
    email = email_of(cmd.email, "user.email") if "email" in cmd.changed else None
    needs_password = email is not None and str(user_id) == caller.id
    if needs_password and not await _may_change_address(cmd, user_id, uow, is_own_password):
        return None
    user = await uow.users.lock(user_id)
    if user is None:
        raise UserNotFound
    if cmd.etag and cmd.etag != user.etag:
        raise EtagMismatch("the user was changed meanwhile; read it again", metadata={"etag": user.etag})
    changed = user.changed(
        email=email,
        display_name=cmd.display_name if "display_name" in cmd.changed else None,
        metadata=cmd.metadata if "metadata" in cmd.changed else None,
    )
    if changed.email != user.email and await uow.users.find_by_email(changed.email) is not None:
        raise EmailTaken
    current().audit_details.extend(
        f"{name} {before} → {after}"
        for name, before, after in (
            ("email", user.email, changed.email),
            ("displayName", user.display_name, changed.display_name),
        )
        if before != after
    )
    stored = user if changed == user else await uow.users.put(changed)
    note_changes(user, stored)
    return stored


async def _may_change_address(
    cmd: UpdateUser, user_id: UserId, uow: IdentityUow, is_own_password: IsOwnPassword
) -> bool:
    require_current(cmd.current_password, "user.currentPassword", "another email")
    return await is_own_password(cmd.current_password, user_id, uow, place=cmd.place)
