"""GetJwks: the keys that tokens of every replica are verified with."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.clock import Clock
from identity_svc.domain.ports import OpenStores
from identity_svc.domain.tokens import PublicKey


async def get_jwks(*, open_stores: OpenStores, clock: Clock) -> Sequence[PublicKey]:
    """All keys whose tokens are valid, and those that will sign soon; the last one to sign first."""
    async with open_stores() as stores:
        return [key.public for key in await stores.signing_keys.active(clock.now())]
