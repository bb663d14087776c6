"""Tokens that are mailed, and work once: whoever has one reads the mail of that address.

Only their digests are stored. A token is bound to what it is about: it is void once the user has another address or, if
it resets the password, another password.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import NewType

from identity_svc.domain.password import PasswordHash
from identity_svc.domain.user import Email, UserId

TokenDigest = NewType("TokenDigest", str)


class Purpose(Enum):
    """What a token is for."""

    PASSWORD_RESET = "password_reset"
    EMAIL_VERIFICATION = "email_verification"

    @property
    def life(self) -> timedelta:
        return timedelta(minutes=30) if self is Purpose.PASSWORD_RESET else timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailedToken:
    """What is stored of a token."""

    digest: TokenDigest
    purpose: Purpose
    user_id: UserId
    bound_to: str
    expires_on: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPolicy:
    """How many mails are sent in `window`, at most, to an address for one purpose and for one network address.

    `window` is no longer than the shortest life of a token: who gets no further mail has one with a valid token.
    """

    is_offered: bool
    to_address: int
    from_place: int
    window: timedelta = Purpose.PASSWORD_RESET.life


def new_token() -> str:
    return secrets.token_urlsafe(32)


def digest_of(token: str) -> TokenDigest:
    return TokenDigest(hashlib.sha256(token.encode()).hexdigest())


def binding(purpose: Purpose, email: Email, password_hash: PasswordHash) -> str:
    """A digest of what must not have changed when the token is used."""
    password = password_hash.phc if purpose is Purpose.PASSWORD_RESET else ""
    return hashlib.sha256(f"{email}\0{password}".encode()).hexdigest()
