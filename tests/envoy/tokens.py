"""Tokens as identity makes them, and as it does not."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import dataclass, field

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


@dataclass(frozen=True)
class Issuer:
    """A signing key and its public half as a JWK."""

    kid: str = "key-1"
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def jwk(self) -> dict[str, str]:
        public = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return {"kty": "OKP", "crv": "Ed25519", "x": _base64(public), "kid": self.kid, "alg": "EdDSA", "use": "sig"}

    def token(self, sub: str = "user-1", **claims: object) -> str:
        return jwt.encode(_claims(sub) | claims, self.key, algorithm="EdDSA", headers={"kid": self.kid})

    def unsigned_token(self) -> str:
        header = _base64(json.dumps({"alg": "none", "typ": "JWT", "kid": self.kid}).encode())
        return f"{header}.{_base64(json.dumps(_claims('user-1')).encode())}."


def _claims(sub: str) -> dict[str, object]:
    now = int(time.time())
    return {"iss": "easyorder", "aud": "easyorder", "sub": sub, "roles": ["USER"], "iat": now, "exp": now + 600}


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
