"""Refresh tokens in PostgreSQL; its clock decides which have expired."""

from __future__ import annotations

from sqlalchemy import delete, func, insert
from sqlalchemy.ext.asyncio import AsyncSession

from identity_svc.adapters.tables import REFRESH_TOKEN
from identity_svc.domain.tokens import RefreshToken


class SqlRefreshTokens:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, token: RefreshToken) -> None:
        await self._session.execute(
            insert(REFRESH_TOKEN).values(
                digest=token.digest,
                family_id=token.family_id,
                user_id=token.user_id,
                issued_on=token.issued_on,
                expires_on=token.expires_on,
            )
        )

    async def forget_expired(self) -> None:
        await self._session.execute(delete(REFRESH_TOKEN).where(REFRESH_TOKEN.c.expires_on < func.now()))
