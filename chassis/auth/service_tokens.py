"""Service tokens: a service signs with a key of its own what it presents to another one (ADR 0058).

The folder of keys has `order.pem`, the private key of order_svc, for itself only, and `public.json`, the key sets of
all services. These files are replaced while services run.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path
from typing import NamedTuple

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from chassis.auth.keys import thumbprint
from chassis.clock import Clock, SystemClock
from foundation.watched_file import watched

ALGORITHM, TYPE = "EdDSA", "service+jwt"
LIFE = timedelta(minutes=5)
PUBLIC_KEYS = "public.json"
_RENEW_BEFORE = timedelta(minutes=1)
_HINT = "`python -m deploy.service_keys` makes the keys of all services"


class ServiceKey(NamedTuple):
    """The public key of a service. Its tokens are refused from `expires_at_s` on, Unix time."""

    service: str
    public: Ed25519PublicKey
    expires_at_s: float


class ServiceKeys:
    """The public keys of all services, for `service`, which its callers name as the audience."""

    def __init__(self, folder: Path, service: str) -> None:
        self.service = service
        self._file = watched(folder / PUBLIC_KEYS, _key_sets, _HINT)

    def key(self, kid: str) -> ServiceKey | None:
        """The key with this id, known or not known any more from a second after the file was replaced."""
        return self._file.content().get(kid) or self._file.content(now=True).get(kid)


class ServiceTokens:
    """Mints the tokens of one service, for each called service its own.

    Each is used until a minute before it expires, until the clock is set back, or until the key is replaced.
    """

    def __init__(self, service: str, folder: Path, clock: Clock | None = None) -> None:
        self._service, self._clock = service, clock or SystemClock()
        self._key = watched(folder / f"{service}.pem", _private_key, _HINT)
        self._minted: dict[str, tuple[str, datetime, Ed25519PrivateKey]] = {}

    def current(self, audience: str) -> str:
        """A token for the service `audience` that is valid for at least one more minute."""
        now, key = self._clock.now(), self._key.content()
        token, minted_at, signed_with = self._minted.get(audience, ("", datetime.min.replace(tzinfo=UTC), None))
        if signed_with is not key or not timedelta() <= now - minted_at < LIFE - _RENEW_BEFORE:
            claims = {"iss": self._service, "sub": self._service, "aud": audience, "iat": now, "exp": now + LIFE}
            token = jwt.encode(claims, key, ALGORITHM, {"kid": thumbprint(key.public_key()), "typ": TYPE})
            self._minted[audience] = (token, now, key)
        return token


def _key_sets(content: bytes) -> dict[str, ServiceKey]:
    return {
        key["kid"]: ServiceKey(service, jwt.PyJWK(key, algorithm=ALGORITHM).key, key.get("exp", inf))
        for service, key_set in json.loads(content).items()
        for key in key_set["keys"]
    }


def _private_key(content: bytes) -> Ed25519PrivateKey:
    key = load_pem_private_key(content, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("it is no Ed25519 key")
    return key
