"""Sessions: a sign-in of a user with one client, kept alive by refresh tokens of which each is used once.

All refresh tokens of a session have the same secret and are numbered: its `generation` is the number of the one that
may be used next. One with a lower number was used before, by its owner or by whoever stole it, so the session ends. The
client that used the last one may repeat the call for a moment, because the response may have been lost.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NewType

from identity_svc.domain.user import UserId

SessionId = NewType("SessionId", uuid.UUID)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPolicy:
    """A session ends `idle` after its last use, and `longest` after its start.

    Of more than `per_user`, the one that was not used for longest ends.
    """

    idle: timedelta = timedelta(days=30)
    longest: timedelta = timedelta(days=90)
    # How long an access token is valid.
    access_token_life: timedelta = timedelta(minutes=15)
    # How long the use of a refresh token may be repeated.
    repeat: timedelta = timedelta(seconds=10)
    per_user: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """Access tokens of a session, or those of a user from before a version, which have all expired at `expires_on`."""

    session_id: SessionId | None
    user_id: UserId | None
    before_version: int | None
    expires_on: datetime


@dataclass(frozen=True, slots=True)
class RevocationPage:
    """Revocations in their order, up to `position`."""

    revocations: Sequence[Revocation]
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientInfo:
    """The client of a call: its network address, and what it calls itself."""

    address: str = ""
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class RefreshTokenContent:
    """What a refresh token holds. Only the client has the secret; its digest is stored."""

    session_id: SessionId
    generation: int
    secret: bytes = field(repr=False)

    @property
    def digest(self) -> str:
        """Of 256 random bits, so that nothing slower than SHA-256 is needed."""
        return hashlib.sha256(self.secret).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """`client` is that of the last use. `as_of` is the time of the store, which decides what has expired."""

    id: SessionId
    user_id: UserId
    generation: int
    created_on: datetime
    last_used_on: datetime
    expires_on: datetime
    client: ClientInfo
    as_of: datetime

    @property
    def has_expired(self) -> bool:
        return self.expires_on <= self.as_of

    def is_repeat(self, used: RefreshTokenContent, client: ClientInfo, policy: SessionPolicy) -> bool:
        """Whether the client that used this token just now uses it again."""
        return (
            used.generation == self.generation - 1
            and client == self.client
            and self.as_of - self.last_used_on <= policy.repeat
        )
