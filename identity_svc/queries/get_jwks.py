"""GetJwks: the keys that tokens of every replica are verified with."""

from __future__ import annotations

from collections.abc import Sequence

from identity_svc.domain.ports import OpenStores
from identity_svc.domain.tokens import PublicKey


async def get_jwks(*, open_stores: OpenStores) -> Sequence[PublicKey]:
    """All keys whose tokens are valid, newest first."""
    async with open_stores() as stores:
        return await stores.signing_keys.public()
