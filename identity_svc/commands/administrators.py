"""Changes of who runs the shop are made one after the other, by those who still do, and leave somebody who does."""

from __future__ import annotations

from chassis.context import current
from chassis.errors import PermissionDenied
from identity_svc.commands.uow import IdentityUow
from identity_svc.domain.errors import LastAdministrator
from identity_svc.domain.user import UserId


async def keep_an_administrator(uow: IdentityUow, *, without: UserId | None) -> None:
    """Locks the administrators, before any user. Raises LastAdministrator if `without` is the last who is not disabled.

    Raises PermissionDenied if the caller is none any more: of two who demote each other, one stays.
    """
    left = await uow.users.lock_enabled_administrators()
    if str(current().caller.id) not in {str(user_id) for user_id in left}:
        raise PermissionDenied("this is not for you")
    if left == {without}:
        raise LastAdministrator
