"""The keys that this service verifies tokens with: its own, read directly from its database."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from chassis.auth.keys import Keys
from chassis.clock import Clock
from identity_svc.domain.ports import OpenStores
from identity_svc.queries.get_jwks import get_jwks


async def local_keys(open_stores: OpenStores, clock: Clock) -> Keys:
    """With its arguments bound, the KeySource for identity_svc's own TokenVerifier."""
    found = await get_jwks(open_stores=open_stores, clock=clock)
    return {key.kid: Ed25519PublicKey.from_public_bytes(key.x) for key in found}
