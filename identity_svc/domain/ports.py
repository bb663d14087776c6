"""What identity_svc needs from outside: stores, which share one transaction, and makers of hashes, tokens and keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from identity_svc.domain.lockout import Lockout
from identity_svc.domain.password import Password, PasswordHash
from identity_svc.domain.tokens import AccessToken, PublicKey, RefreshToken, SigningKey
from identity_svc.domain.user import Email, User, UserId


class Users(Protocol):
    """The users."""

    async def find(self, user_id: UserId) -> User | None: ...

    async def find_by_email(self, email: Email) -> User | None: ...

    async def lock_administrators(self) -> bool:
        """Whether there are any, disabled ones included; until the end of the transaction nobody else adds one."""
        ...

    async def add(self, user: User) -> None:
        """Raises Conflict when the address was taken meanwhile: looking again shows by whom."""
        ...


@dataclass(frozen=True, slots=True)
class Credential:
    """How a user shows who they are."""

    user_id: UserId
    password_hash: PasswordHash


class Credentials(Protocol):
    """The password hashes, apart from the users, so that a user can be shown, kept and logged as a whole."""

    async def find_by_email(self, email: Email) -> Credential | None:
        """Of a user who may sign in; a disabled one has none."""
        ...

    async def put(self, credential: Credential) -> None: ...

    async def replace(self, old: Credential, new: PasswordHash) -> None:
        """Does nothing when the password was changed meanwhile."""
        ...


class Lockouts(Protocol):
    """The failures of each e-mail address, counted where all replicas see them."""

    async def read(self, email: Email, place: str) -> Lockout:
        """What counts for somebody who signs in from `place`."""
        ...

    async def lock(self, email: Email, place: str) -> Lockout:
        """Like `read`; until the end of the transaction nobody else gets it."""
        ...

    async def put(self, lockout: Lockout) -> None: ...

    async def succeed(self, lockout: Lockout, place: str) -> None:
        """Drops what was counted, and remembers that the user has signed in from `place`; the last few are known."""
        ...

    async def forget_older_than(self, age: timedelta, *, places: timedelta) -> None:
        """Drops what was counted that long ago, and places not used for so long, by the store's clock."""
        ...


class RefreshTokens(Protocol):
    """The refresh tokens."""

    async def add(self, token: RefreshToken) -> None: ...

    async def forget_expired(self) -> None:
        """Drops those that have expired, by the store's clock."""
        ...


class SigningKeys(Protocol):
    """The signing keys, newest first."""

    async def lock(self) -> None:
        """Until the end of the transaction nobody else adds one."""
        ...

    async def newest(self) -> SigningKey | None: ...

    async def public(self) -> Sequence[PublicKey]:
        """Of all keys whose tokens are valid."""
        ...

    async def add(self, key: SigningKey) -> None: ...


class Stores(Protocol):
    """Everything that is kept, as one transaction sees it."""

    @property
    def users(self) -> Users: ...

    @property
    def credentials(self) -> Credentials: ...

    @property
    def lockouts(self) -> Lockouts: ...

    @property
    def refresh_tokens(self) -> RefreshTokens: ...

    @property
    def signing_keys(self) -> SigningKeys: ...


OpenStores = Callable[[], AbstractAsyncContextManager[Stores]]


class Passwords(Protocol):
    """Hashes passwords, slowly on purpose, without holding up anything else."""

    async def hash(self, password: Password) -> PasswordHash: ...

    async def verify(self, password: Password, known: PasswordHash | None) -> bool:
        """Takes the same time for None, which nothing matches."""
        ...

    def is_outdated(self, known: PasswordHash) -> bool:
        """Made with other parameters than today's."""
        ...


class AccessTokens(Protocol):
    """Makes access tokens."""

    def issue(self, user: User) -> AccessToken: ...


MakeSigningKey = Callable[[datetime], SigningKey]
