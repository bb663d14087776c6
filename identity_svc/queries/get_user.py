"""GetUser: users read themselves, administrators read any user; for all others the user does not exist."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from chassis.context import current
from identity_svc.domain.errors import UserNotFound
from identity_svc.domain.ports import OpenStores
from identity_svc.domain.user import User, UserId

ME = "me"


@dataclass(frozen=True, slots=True, kw_only=True)
class GetUser:
    """`id` is a UUID, or `me` for the caller."""

    id: str


async def get_user(query: GetUser, *, open_stores: OpenStores) -> User:
    """Raises UserNotFound."""
    caller = current().caller
    wanted = caller.id if query.id == ME else query.id.lower()
    if wanted != caller.id and not caller.is_admin:
        raise UserNotFound
    async with open_stores() as stores:
        user = await stores.users.find(_user_id(wanted))
    if user is None:
        raise UserNotFound
    return user


def _user_id(text: str) -> UserId:
    try:
        return UserId(uuid.UUID(text))
    except ValueError:
        raise UserNotFound from None
