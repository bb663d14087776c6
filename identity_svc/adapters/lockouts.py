"""Lockouts in PostgreSQL: the row is the lock, its clock decides."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.db.types import UtcDateTime
from identity_svc.adapters.tables import LOCKOUT
from identity_svc.domain.lockout import Lockout
from identity_svc.domain.user import Email

# Not now(), which is when the transaction began: it may have waited for the row since.
_NOW = func.clock_timestamp(type_=UtcDateTime)
_COUNTED = (LOCKOUT.c.failures, LOCKOUT.c.last_failed_on, LOCKOUT.c.locked_until)


class SqlLockouts:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def read(self, email: Email) -> Lockout:
        found = await self._session.execute(
            select(*_COUNTED, _NOW.label("as_of")).where(LOCKOUT.c.email_digest == _digest(email))
        )
        row = found.one_or_none()
        if row is None:
            return Lockout(email=email, as_of=(await self._session.execute(select(_NOW))).scalar_one())
        return Lockout(email=email, **row._mapping)

    async def lock(self, email: Email) -> Lockout:
        statement = insert(LOCKOUT).values(email_digest=_digest(email), failures=0, last_failed_on=_NOW)
        found = await self._session.execute(
            statement.on_conflict_do_update(
                # Changes nothing, but locks the row that is there.
                index_elements=[LOCKOUT.c.email_digest],
                set_={"failures": LOCKOUT.c.failures},
            ).returning(*_COUNTED, _NOW.label("as_of"))
        )
        return Lockout(email=email, **found.one()._mapping)

    async def put(self, lockout: Lockout) -> None:
        await self._session.execute(
            update(LOCKOUT)
            .where(LOCKOUT.c.email_digest == _digest(lockout.email))
            .values(failures=lockout.failures, last_failed_on=lockout.last_failed_on, locked_until=lockout.locked_until)
        )

    async def forget(self, email: Email) -> None:
        await self._session.execute(delete(LOCKOUT).where(LOCKOUT.c.email_digest == _digest(email)))

    async def forget_older_than(self, age: timedelta) -> None:
        as_of = (await self._session.execute(select(_NOW))).scalar_one()
        await self._session.execute(delete(LOCKOUT).where(LOCKOUT.c.last_failed_on < as_of - age))


def _digest(email: Email) -> str:
    return hashlib.sha256(email.encode()).hexdigest()
