"""Access tokens, and the keys that sign them."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """A JWT, and its remaining life."""

    text: str = field(repr=False)
    expires_in_s: int


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
    """Signs access tokens from `signs_from` on. Its private half is encrypted, and decrypted only to sign."""

    public: PublicKey
    encrypted: bytes = field(repr=False)
    created_on: datetime
    signs_from: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationPolicy:
    """How long a new key is published before it signs, and when all tokens of the one before have expired."""

    published_ahead: timedelta
    tokens_expire_after: timedelta


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
