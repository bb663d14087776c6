"""Who may use a mailed token, and that it is used once."""

from __future__ import annotations

from datetime import datetime

from chassis.context import current
from identity_svc.domain.errors import MailedTokenInvalid
from identity_svc.domain.mailed_tokens import MailedToken, Purpose, binding, digest_of
from identity_svc.domain.ports import Stores
from identity_svc.domain.user import User


async def user_of_token(token: str, purpose: Purpose, stores: Stores, at: datetime) -> User:
    """The user whom it was mailed to. Raises MailedTokenInvalid."""
    known = await stores.mailed_tokens.find(digest_of(token), purpose, at)
    user = await stores.users.find(known.user_id) if known else None
    return await _if_bound(known, user, stores)


async def use_mailed_token(token: str, purpose: Purpose, stores: Stores, at: datetime) -> User:
    """The same, now locked; the token cannot be used again. Raises MailedTokenInvalid."""
    known = await stores.mailed_tokens.find(digest_of(token), purpose, at)
    user = await stores.users.lock(known.user_id) if known else None
    user = await _if_bound(known, user, stores)
    if not await stores.mailed_tokens.use(digest_of(token), at):
        raise MailedTokenInvalid
    current().audit_resource[:] = [str(user.id)]
    return user


async def _if_bound(known: MailedToken | None, user: User | None, stores: Stores) -> User:
    credential = await stores.credentials.find_by_email(user.email) if user else None
    if known is None or user is None or credential is None:
        raise MailedTokenInvalid
    if known.bound_to != binding(known.purpose, user.email, credential.password_hash):
        raise MailedTokenInvalid
    return user
