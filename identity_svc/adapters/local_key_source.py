"""The keys that this service verifies tokens with: its own, read directly from its database."""

from __future__ import annotations

from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from identity_svc.domain.ports import OpenStores
from identity_svc.queries.get_jwks import get_jwks


class LocalKeySource:
    """The KeySource for identity_svc's own TokenVerifier."""

    def __init__(self, open_stores: OpenStores) -> None:
        self._open_stores = open_stores

    async def keys(self) -> Mapping[str, Ed25519PublicKey]:
        found = await get_jwks(open_stores=self._open_stores)
        return {key.kid: Ed25519PublicKey.from_public_bytes(key.x) for key in found}
