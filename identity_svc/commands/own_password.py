"""The current password, which users send again for a change that would lock them out if somebody else made it."""

from __future__ import annotations

from chassis.errors import Conflict, InvalidArgument
from identity_svc.commands.uow import IdentityUow
from identity_svc.domain.lockout import LockoutPolicy
from identity_svc.domain.password import Password
from identity_svc.domain.ports import OpenStores, Passwords
from identity_svc.domain.user import UserId


def require_current(password: Password, field: str, change: str) -> None:
    """Raises InvalidArgument if the current password is missing."""
    if not password.reveal():
        raise InvalidArgument.of(field, f"is required for {change}")


async def is_own_password(
    password: Password,
    user_id: UserId,
    uow: IdentityUow,
    *,
    place: str,
    open_stores: OpenStores,
    passwords: Passwords,
    lockout_policy: LockoutPolicy,
) -> bool:
    """Counts a wrong one as a failed login from `place`: whoever found an access token may not guess either.

    Locks the counter and then the user. Raises AccountLocked. Call it before the first statement of the transaction, so
    that no connection is held during the hashing.
    """
    async with open_stores() as stores:
        user = await stores.users.find(user_id)
        if user is None or user.disabled:
            return False
        (await stores.lockouts.read(user.email, place)).check()
        credential = await stores.credentials.find_by_email(user.email)
    matches = await passwords.verify(password, credential.password_hash if credential else None)
    lockout = await uow.lockouts.lock(user.email, place)
    lockout.check()
    if not matches:
        lockout.count_failure(lockout_policy)
        await uow.lockouts.put(lockout)
        return False
    await uow.lockouts.succeed(lockout)
    await uow.users.lock(user_id)
    if await uow.credentials.find_by_email(user.email) != credential:
        raise Conflict("the password or the address was changed meanwhile")
    return True
