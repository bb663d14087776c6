"""Mailed tokens, and the counts of mails, in PostgreSQL."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import case, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from identity_svc.adapters.tables import MAIL_COUNT, MAILED_TOKEN
from identity_svc.domain.mailed_tokens import MailedToken, Purpose, TokenDigest
from identity_svc.domain.user import UserId


class SqlMailedTokens:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, token: MailedToken) -> None:
        values = {
            "digest": token.digest,
            "purpose": token.purpose.value,
            "user_id": token.user_id,
            "bound_to": token.bound_to,
            "expires_on": token.expires_on,
        }
        await self._session.execute(insert(MAILED_TOKEN).values(values).on_conflict_do_nothing())

    async def find(self, digest: TokenDigest, purpose: Purpose, at: datetime) -> MailedToken | None:
        found = await self._session.execute(
            select(MAILED_TOKEN).where(
                MAILED_TOKEN.c.digest == digest,
                MAILED_TOKEN.c.purpose == purpose.value,
                MAILED_TOKEN.c.expires_on > at,
                MAILED_TOKEN.c.used_on.is_(None),
            )
        )
        row = found.one_or_none()
        if row is None:
            return None
        return MailedToken(
            digest=digest,
            purpose=purpose,
            user_id=UserId(row.user_id),
            bound_to=row.bound_to,
            expires_on=row.expires_on,
        )

    async def use(self, digest: TokenDigest, at: datetime) -> bool:
        used = await self._session.execute(
            update(MAILED_TOKEN)
            .where(MAILED_TOKEN.c.digest == digest, MAILED_TOKEN.c.used_on.is_(None))
            .values(used_on=at)
            .returning(MAILED_TOKEN.c.digest)
        )
        return bool(used.all())

    async def purge(self, at: datetime) -> None:
        await self._session.execute(delete(MAILED_TOKEN).where(MAILED_TOKEN.c.expires_on <= at))


class SqlMailCounts:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def count(self, key: str, at: datetime, window: timedelta) -> tuple[int, datetime]:
        statement = insert(MAIL_COUNT).values(
            # What is counted is an address that may be unknown, so only its digest is stored.
            key_digest=hashlib.sha256(key.encode()).hexdigest(),
            began_on=at,
            mails=1,
        )
        # Also one that began long after now: the clock was set back since.
        is_over = or_(MAIL_COUNT.c.began_on <= at - window, MAIL_COUNT.c.began_on >= at + window)
        counted = await self._session.execute(
            statement.on_conflict_do_update(
                index_elements=[MAIL_COUNT.c.key_digest],
                set_={
                    "began_on": case((is_over, at), else_=MAIL_COUNT.c.began_on),
                    "mails": case((is_over, 1), else_=MAIL_COUNT.c.mails + 1),
                },
            ).returning(MAIL_COUNT.c.mails, MAIL_COUNT.c.began_on)
        )
        mails, began_on = counted.one()
        return mails, began_on

    async def purge(self, at: datetime) -> None:
        await self._session.execute(delete(MAIL_COUNT).where(MAIL_COUNT.c.began_on <= at))
