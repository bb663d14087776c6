"""The ports of identity_svc: stores, which share one transaction, and makers of hashes, tokens and keys."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from identity_svc.domain.lockout import Lockout
from identity_svc.domain.mailed_tokens import MailedToken, Purpose, TokenDigest
from identity_svc.domain.password import Password, PasswordHash
from identity_svc.domain.session import (
    ClientInfo,
    RefreshTokenContent,
    RevocationPage,
    Session,
    SessionId,
    SessionPolicy,
)
from identity_svc.domain.team import Team
from identity_svc.domain.tokens import AccessToken, SigningKey
from identity_svc.domain.user import Email, TeamId, User, UserId


class Users(Protocol):
    """The users."""

    async def find(self, user_id: UserId) -> User | None: ...

    async def find_by_email(self, email: Email) -> User | None: ...

    async def lock(self, user_id: UserId) -> User | None:
        """Like `find`; no other transaction changes the user, or signs the user in, until this one ends."""

    async def list(
        self,
        *,
        email_prefix: str,
        metadata: Mapping[str, str],
        limit: int,
        after: tuple[datetime, uuid.UUID] | None,
    ) -> Sequence[User]:
        """Those whose address begins with the prefix, and who have all of this metadata, oldest first, after the one
        with this start and id."""

    async def put(self, user: User) -> User:
        """Stores a changed user, whom this transaction has locked, and returns the user with the next version.

        Raises Conflict when the address was taken meanwhile: a second look-up finds its user.
        """

    async def revoke_tokens(self, user: User) -> None:
        """Revokes the access tokens that were issued before this version of the user, who has just been stored."""

    async def lock_enabled_administrators(self) -> frozenset[UserId]:
        """The administrators who are not disabled; no other transaction changes who they are until this one ends."""

    async def lock_administrators(self) -> bool:
        """Whether an administrator exists, disabled ones included; blocks adding one until the transaction ends."""

    async def add(self, user: User) -> None:
        """Raises Conflict when the address was taken meanwhile: a second look-up finds its user."""


@dataclass(frozen=True, slots=True)
class Credential:
    """A user's password hash."""

    user_id: UserId
    password_hash: PasswordHash


class Credentials(Protocol):
    """The password hashes, apart from the users, so that a user can be shown, stored and logged as a whole."""

    async def find_by_email(self, email: Email) -> Credential | None:
        """The credential of a user who may sign in; None for a disabled user."""

    async def put(self, credential: Credential) -> None: ...

    async def replace(self, old: Credential, new: PasswordHash) -> None:
        """Does nothing when the password was changed meanwhile."""


class Lockouts(Protocol):
    """The failures of each e-mail address, shared by all replicas."""

    async def read(self, email: Email, place: str) -> Lockout:
        """The failures that count for a sign-in from `place`."""

    async def lock(self, email: Email, place: str) -> Lockout:
        """Like `read`, with a lock until the end of the transaction, of the failures that count."""

    async def put(self, lockout: Lockout) -> None: ...

    async def succeed(self, lockout: Lockout) -> None:
        """Forgets the failures from this place and stores it as one of the user's last few places of sign-in."""

    async def forget_older_than(self, age: timedelta, *, places: timedelta) -> None:
        """Deletes failures older than `age` and places unused for `places`, by the store's clock."""


class Sessions(Protocol):
    """The sessions of all users. Whoever starts or uses one has locked its user before.

    The access tokens of a session that ends are revoked.
    """

    async def start(
        self, user_id: UserId, first: RefreshTokenContent, client: ClientInfo, policy: SessionPolicy
    ) -> Session:
        """Starts the session of a refresh token; the least used ones end that the user has too many of."""

    async def owner(self, token: RefreshTokenContent) -> UserId | None:
        """The user of the session, expired or not, if the token is one of its tokens."""

    async def use(self, token: RefreshTokenContent, client: ClientInfo, policy: SessionPolicy) -> Session | None:
        """Counts the use of the token, once however many use it at the same time.

        Returns None, and changes nothing, if the session has expired, or if the token is not the next to be used.
        """

    async def find(self, session_id: SessionId) -> Session | None: ...

    async def end(self, session_id: SessionId, *, of: UserId | None = None) -> bool:
        """Ends the session, of this user only. Returns whether there was one that had not expired."""

    async def end_all(self, user_id: UserId, *, but: SessionId | None = None) -> None:
        """Ends all sessions of the user, but one."""

    async def list(self, user_id: UserId, *, limit: int, after: tuple[datetime, uuid.UUID] | None) -> Sequence[Session]:
        """Those of the user that have not expired, newest first, after the one with this start and id."""

    async def purge(self, limit: int) -> int:
        """Deletes at most `limit` expired sessions, and returns how many."""


class MailedTokens(Protocol):
    """The digests of tokens that were mailed."""

    async def add(self, token: MailedToken) -> None:
        """Does nothing if it is known already."""

    async def find(self, digest: TokenDigest, purpose: Purpose, at: datetime) -> MailedToken | None:
        """The token, if it was not used and has not expired at this time."""

    async def use(self, digest: TokenDigest, at: datetime) -> bool:
        """Returns False if it was used before, also by a transaction that has just ended."""

    async def purge(self, at: datetime) -> None:
        """Deletes those that have expired at this time."""


class MailCounts(Protocol):
    """How many mails were asked for."""

    async def count(self, key: str, at: datetime, window: timedelta) -> tuple[int, datetime]:
        """Counts one more; returns how many there were in the present window, and when it began."""

    async def purge(self, at: datetime) -> None:
        """Deletes the counts of windows that began until this time."""


class Teams(Protocol):
    """The teams."""

    async def add(self, team: Team) -> None: ...

    async def lock(self, team_id: TeamId) -> Team | None:
        """The team; no other transaction changes its members until this one ends."""

    async def add_member(self, team_id: TeamId, user_id: UserId) -> None: ...

    async def remove_member(self, team_id: TeamId, user_id: UserId) -> None: ...

    async def list(self, *, limit: int, after: tuple[datetime, uuid.UUID] | None) -> Sequence[Team]:
        """The oldest first, after the one with this start and id."""


class RevocationFeed(Protocol):
    """Tells all services which access tokens are revoked, and knows which of them know it."""

    async def after(self, position: int, *, reader: str) -> RevocationPage:
        """What was revoked after a position that the reader has applied; waits some seconds while that is nothing."""

    async def confirmed(self) -> None:
        """Waits until all readers have applied what is committed by now; for a short time, and not for dead ones."""


class SigningKeys(Protocol):
    """The signing keys."""

    async def lock(self) -> None:
        """Prevents other transactions from adding a key until this one ends."""

    async def active(self, at: datetime) -> Sequence[SigningKey]:
        """All keys whose tokens are valid at this time, and those that will sign later; the last one to sign first."""

    async def add(self, key: SigningKey) -> None: ...

    async def retire(self, keys: Sequence[SigningKey], at: datetime) -> None:
        """Tokens of these keys are refused from this time on, if not earlier."""

    async def forget_retired(self, at: datetime) -> None:
        """Deletes the keys that are retired at this time."""


class Stores(Protocol):
    """All stores, in one transaction."""

    @property
    def users(self) -> Users: ...

    @property
    def credentials(self) -> Credentials: ...

    @property
    def lockouts(self) -> Lockouts: ...

    @property
    def teams(self) -> Teams: ...

    @property
    def sessions(self) -> Sessions: ...

    @property
    def mailed_tokens(self) -> MailedTokens: ...

    @property
    def mail_counts(self) -> MailCounts: ...

    @property
    def signing_keys(self) -> SigningKeys: ...


OpenStores = Callable[[], AbstractAsyncContextManager[Stores]]


class Passwords(Protocol):
    """Hashes passwords, deliberately slowly, without blocking the event loop."""

    async def hash(self, password: Password) -> PasswordHash: ...

    async def verify(self, password: Password, known: PasswordHash | None) -> bool:
        """Returns False for None, in the same time as for a hash."""

    def is_outdated(self, known: PasswordHash) -> bool:
        """Whether the hash was made with other than the current parameters."""


class RefreshTokens(Protocol):
    """Makes refresh tokens, and reads those that it, or another replica, has made."""

    def first(self) -> RefreshTokenContent:
        """The first one of a new session."""

    def next(self, token: RefreshTokenContent) -> RefreshTokenContent:
        """The one that replaces `token` when it is used."""

    def write(self, token: RefreshTokenContent) -> str: ...

    def read(self, text: str) -> RefreshTokenContent | None:
        """None for what was not written here."""


# The same for the same user and use of the session.
IssueAccessToken = Callable[[User, Session], AccessToken]
# With the time at which it is made, and from which it signs.
MakeSigningKey = Callable[[datetime, datetime], SigningKey]
