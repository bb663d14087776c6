"""Login: issue a token for the right password; repeated wrong passwords make the next attempt wait."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from chassis.context import current
from chassis.errors import Conflict
from chassis.mediator import Command
from identity_svc.commands.uow import IdentityUow
from identity_svc.domain.lockout import LockoutPolicy
from identity_svc.domain.password import Password, PasswordHash
from identity_svc.domain.ports import Credential, IssueAccessToken, OpenStores, Passwords, RefreshTokens
from identity_svc.domain.session import ClientInfo, SessionPolicy
from identity_svc.domain.tokens import AccessToken
from identity_svc.domain.user import Email, User, email_of


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """The user who signed in, and the tokens of their session."""

    user: User
    access_token: AccessToken
    refresh_token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Login(Command[SignedIn | None]):
    """Returns None for wrong credentials instead of an error, because the count of failures must be committed."""

    email: str
    password: Password
    # The network address that the call comes from.
    place: str = ""
    user_agent: str = ""


async def login(
    cmd: Login,
    uow: IdentityUow,
    *,
    open_stores: OpenStores,
    passwords: Passwords,
    issue_access_token: IssueAccessToken,
    refresh_tokens: RefreshTokens,
    lockout_policy: LockoutPolicy,
    session_policy: SessionPolicy,
    refused: Collection[str] = (),
) -> SignedIn | None:
    """Raises AccountLocked, whether or not the password is right. A `refused` password is never right."""
    email = email_of(cmd.email)
    known_to_all = cmd.password.reveal() in refused
    verified = None if known_to_all else await _verify(email, cmd, open_stores, passwords)
    # Other attempts may have failed meanwhile; from here on, attempts from strange places are serialised.
    lockout = await uow.lockouts.lock(email, cmd.place)
    lockout.check()
    user = None if verified is None else await uow.users.lock(verified.credential.user_id)
    if verified is None or user is None:
        lockout.count_failure(lockout_policy)
        await uow.lockouts.put(lockout)
        return None
    if await uow.credentials.find_by_email(email) != verified.credential:
        # A session that begins with a password that is being changed would outlive the change.
        raise Conflict("the password or the address was changed meanwhile, or the user disabled")
    await uow.lockouts.succeed(lockout)
    if verified.renewed is not None:
        await uow.credentials.replace(verified.credential, verified.renewed)
    token = refresh_tokens.first()
    client = ClientInfo(address=cmd.place, user_agent=cmd.user_agent)
    session = await uow.sessions.start(user.id, token, client, session_policy)
    current().audit_details.append(f"session {session.id}")
    return SignedIn(
        user=user,
        access_token=issue_access_token(user, session),
        refresh_token=refresh_tokens.write(token),
    )


@dataclass(frozen=True, slots=True)
class _Verified:
    credential: Credential
    # The same password hashed with the current parameters, if the old hash is outdated.
    renewed: PasswordHash | None


async def _verify(email: Email, cmd: Login, open_stores: OpenStores, passwords: Passwords) -> _Verified | None:
    """Reads in a separate transaction, so that no connection is held during the hashing."""
    async with open_stores() as stores:
        credential = await stores.credentials.find_by_email(email)
        if credential:
            current().audit_resource[:] = [str(credential.user_id)]
        (await stores.lockouts.read(email, cmd.place)).check()
    matches = await passwords.verify(cmd.password, credential.password_hash if credential else None)
    if credential is None or not matches:
        return None
    outdated = passwords.is_outdated(credential.password_hash)
    return _Verified(credential, await passwords.hash(cmd.password) if outdated else None)
