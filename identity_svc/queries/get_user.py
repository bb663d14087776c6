"""GetUser: users read themselves, administrators read any user; for all others the user does not exist."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.context import current
from identity_svc.domain.errors import UserNotFound
from identity_svc.domain.ports import OpenStores
from identity_svc.domain.user import User, visible_user_id


@dataclass(frozen=True, slots=True, kw_only=True)
class GetUser:
    """`id` is a UUID, or `me` for the caller."""

    id: str


async def get_user(query: GetUser, *, open_stores: OpenStores) -> User:
    """Raises UserNotFound."""
    caller = current().caller
    user_id = visible_user_id(query.id, caller_id=caller.id, sees_all=caller.is_admin)
    async with open_stores() as stores:
        user = await stores.users.find(user_id)
    if user is None:
        raise UserNotFound
    return user
