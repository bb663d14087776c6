"""Signing keys in PostgreSQL, their private halves encrypted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from identity_svc.adapters.tables import SIGNING_KEY
from identity_svc.domain.tokens import PublicKey, SigningKey

_LAST_FIRST = (SIGNING_KEY.c.signs_from.desc(), SIGNING_KEY.c.kid)
# Blocks other writers, but not readers.
_LOCK = text("LOCK TABLE signing_key IN SHARE ROW EXCLUSIVE MODE")


class SqlSigningKeys:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self) -> None:
        await self._session.execute(_LOCK)

    async def active(self, at: datetime) -> Sequence[SigningKey]:
        is_active = or_(SIGNING_KEY.c.retired_on.is_(None), SIGNING_KEY.c.retired_on > at)
        found = await self._session.execute(select(SIGNING_KEY).where(is_active).order_by(*_LAST_FIRST))
        return [
            SigningKey(
                public=PublicKey(bytes(row.public_key)),
                encrypted=bytes(row.private_key),
                created_on=row.created_on,
                signs_from=row.signs_from,
            )
            for row in found
        ]

    async def add(self, key: SigningKey) -> None:
        await self._session.execute(
            insert(SIGNING_KEY).values(
                kid=key.public.kid,
                public_key=key.public.x,
                private_key=key.encrypted,
                created_on=key.created_on,
                signs_from=key.signs_from,
            )
        )

    async def retire(self, keys: Sequence[SigningKey], at: datetime) -> None:
        await self._session.execute(
            update(SIGNING_KEY)
            .where(SIGNING_KEY.c.kid.in_([key.public.kid for key in keys]))
            .values(retired_on=func.least(SIGNING_KEY.c.retired_on, at))
        )

    async def forget_retired(self, at: datetime) -> None:
        await self._session.execute(delete(SIGNING_KEY).where(SIGNING_KEY.c.retired_on <= at))
