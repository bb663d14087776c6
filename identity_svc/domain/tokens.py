"""Tokens: issued at sign-in, and the parts of them that are stored."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from identity_svc.domain.user import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """A JWT, and its remaining life."""

    text: str = field(repr=False)
    expires_in_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshToken:
    """The stored form of a refresh token: a digest, never the token, so that a stolen table grants no access.

    A token works once and is replaced by the next one of its `family_id`. A second use shows that it was stolen and
    ends the family.
    """

    digest: str
    family_id: uuid.UUID
    user_id: UserId
    issued_on: datetime
    expires_on: datetime

    @classmethod
    def first(cls, user_id: UserId, *, at: datetime, life: timedelta) -> tuple[str, RefreshToken]:
        """The first token of a new family, for its owner, and its stored form."""
        token = secrets.token_urlsafe(32)
        kept = cls(digest=digest_of(token), family_id=uuid.uuid4(), user_id=user_id, issued_on=at, expires_on=at + life)
        return token, kept


def digest_of(token: str) -> str:
    """SHA-256 is enough: a token has 256 random bits, so there is nothing to guess."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The public half of a signing key: `x` is the raw Ed25519 public key (RFC 8032)."""

    x: bytes

    @property
    def kid(self) -> str:
        """Its name: the thumbprint of its JWK (RFC 7638)."""
        jwk = {"crv": "Ed25519", "kty": "OKP", "x": self.x_base64url}
        return _base64url(hashlib.sha256(json.dumps(jwk, separators=(",", ":")).encode()).digest())

    @property
    def x_base64url(self) -> str:
        """The key as in a JWK (RFC 8037)."""
        return _base64url(self.x)


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """The key that signs access tokens; its private half is encrypted, and decrypted only to sign."""

    public: PublicKey
    encrypted: bytes = field(repr=False)
    created_on: datetime


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
