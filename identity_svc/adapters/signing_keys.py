"""Signing keys in PostgreSQL, their private halves encrypted."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from identity_svc.adapters.tables import SIGNING_KEY
from identity_svc.domain.tokens import PublicKey, SigningKey

_ACTIVE = SIGNING_KEY.c.retired_on.is_(None)
_NEWEST_FIRST = (SIGNING_KEY.c.created_on.desc(), SIGNING_KEY.c.kid)
# Blocks other writers, but not readers.
_LOCK = text("LOCK TABLE signing_key IN SHARE ROW EXCLUSIVE MODE")


class SqlSigningKeys:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self) -> None:
        await self._session.execute(_LOCK)

    async def newest(self) -> SigningKey | None:
        found = await self._session.execute(select(SIGNING_KEY).where(_ACTIVE).order_by(*_NEWEST_FIRST).limit(1))
        row = found.one_or_none()
        if row is None:
            return None
        return SigningKey(
            public=PublicKey(bytes(row.public_key)), encrypted=bytes(row.private_key), created_on=row.created_on
        )

    async def public(self) -> Sequence[PublicKey]:
        found = await self._session.execute(select(SIGNING_KEY.c.public_key).where(_ACTIVE).order_by(*_NEWEST_FIRST))
        return [PublicKey(bytes(x)) for x in found.scalars()]

    async def add(self, key: SigningKey) -> None:
        await self._session.execute(
            insert(SIGNING_KEY).values(
                kid=key.public.kid,
                public_key=key.public.x,
                private_key=key.encrypted,
                created_on=key.created_on,
            )
        )
