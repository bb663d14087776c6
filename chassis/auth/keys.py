"""The public keys that people's tokens are verified with, from wherever they are kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from easyorder.identity.v1 import GetJwksRequest, Jwk, Jwks

if TYPE_CHECKING:
    from chassis.grpc.clients import Client


class KeySource(Protocol):
    """Tells which keys are in use now."""

    async def keys(self) -> Mapping[str, Ed25519PublicKey]:
        """By `kid`. Raises Unavailable when they can not be told."""
        ...


class JwksKeySource:
    """Asks identity_svc for its key set (RFC 7517, RFC 8037)."""

    def __init__(self, identity: Client) -> None:
        self._identity = identity

    async def keys(self) -> Mapping[str, Ed25519PublicKey]:
        from chassis.grpc.clients import rpc  # clients sign their calls with tokens of this package

        get_jwks = rpc("easyorder.identity.v1.IdentityService", "GetJwks", GetJwksRequest, Jwks)
        found = await self._identity.call(get_jwks, GetJwksRequest(), timeout_s=3.0)
        return {key.kid: public_key(key) for key in found.keys if (key.kty, key.crv) == ("OKP", "Ed25519")}


def public_key(key: Jwk) -> Ed25519PublicKey:
    """The Ed25519 key that a JWK holds."""
    loaded = jwt.PyJWK({"kty": key.kty, "crv": key.crv, "x": key.x}, algorithm="EdDSA").key
    assert isinstance(loaded, Ed25519PublicKey)
    return loaded
