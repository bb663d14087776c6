"""The one secret of a shop's orders, which its write database keeps: what others may hold and not read is encrypted."""

from __future__ import annotations

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.failures import translated


async def shop_key(write: AsyncEngine) -> bytes:
    """The key, 16 bytes, which all replicas read."""
    with translated():
        async with write.connect() as connection:
            key: bytes = (await connection.execute(text("SELECT key FROM order_id_key"))).scalar_one()
    return key


def derived(key: bytes, purpose: str) -> bytes:
    """A key of its own for another cipher."""
    return HKDF(SHA256(), length=16, salt=None, info=f"easyorder {purpose}".encode()).derive(key)
