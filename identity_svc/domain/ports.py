"""The ports of identity_svc: stores, which share one transaction, and makers of hashes, tokens and keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from identity_svc.domain.lockout import Lockout
from identity_svc.domain.password import Password, PasswordHash
from identity_svc.domain.tokens import AccessToken, PublicKey, SigningKey
from identity_svc.domain.user import Email, User, UserId


class Users(Protocol):
    """The users."""

    async def find(self, user_id: UserId) -> User | None: ...

    async def find_by_email(self, email: Email) -> User | None: ...

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
        """Like `read`, with a lock until the end of the transaction."""

    async def put(self, lockout: Lockout) -> None: ...

    async def succeed(self, lockout: Lockout, place: str) -> None:
        """Resets the failures and stores `place` as one of the user's last few places of sign-in."""

    async def forget_older_than(self, age: timedelta, *, places: timedelta) -> None:
        """Deletes failures older than `age` and places unused for `places`, by the store's clock."""


class SigningKeys(Protocol):
    """The signing keys, newest first."""

    async def lock(self) -> None:
        """Prevents other transactions from adding a key until this one ends."""

    async def newest(self) -> SigningKey | None: ...

    async def public(self) -> Sequence[PublicKey]:
        """The public halves of all keys whose tokens are valid."""

    async def add(self, key: SigningKey) -> None: ...


class Stores(Protocol):
    """All stores, in one transaction."""

    @property
    def users(self) -> Users: ...

    @property
    def credentials(self) -> Credentials: ...

    @property
    def lockouts(self) -> Lockouts: ...

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


IssueAccessToken = Callable[[User], AccessToken]
MakeSigningKey = Callable[[datetime], SigningKey]
