"""Lockouts in PostgreSQL: the row is the lock, and the database's clock decides."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.db.types import UtcDateTime
from identity_svc.adapters.tables import LOCKOUT, SIGN_IN_PLACE
from identity_svc.domain.lockout import Lockout
from identity_svc.domain.user import Email

# Per user.
PLACES_KNOWN = 10
# Not now(), which is the start of the transaction: it may have waited for the row since.
_NOW = func.clock_timestamp(type_=UtcDateTime)
_COUNTED = (LOCKOUT.c.failures, LOCKOUT.c.last_failed_on, LOCKOUT.c.locked_until)


class SqlLockouts:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def read(self, email: Email, place: str) -> Lockout:
        counter = await self._counter(email, place)
        found = await self._session.execute(
            select(*_COUNTED, _NOW.label("as_of")).where(LOCKOUT.c.email_digest == _digest(email, counter))
        )
        row = found.one_or_none()
        if row is None:
            return Lockout(email=email, place=counter, as_of=(await self._session.execute(select(_NOW))).scalar_one())
        return Lockout(email=email, place=counter, **row._mapping)

    async def lock(self, email: Email, place: str) -> Lockout:
        counter = await self._counter(email, place)
        statement = insert(LOCKOUT).values(email_digest=_digest(email, counter), failures=0, last_failed_on=_NOW)
        found = await self._session.execute(
            statement.on_conflict_do_update(
                # Changes nothing, but locks the existing row.
                index_elements=[LOCKOUT.c.email_digest],
                set_={"failures": LOCKOUT.c.failures},
            ).returning(*_COUNTED, _NOW.label("as_of"))
        )
        return Lockout(email=email, place=counter, **found.one()._mapping)

    async def put(self, lockout: Lockout) -> None:
        await self._session.execute(
            update(LOCKOUT)
            .where(LOCKOUT.c.email_digest == _digest(lockout.email, lockout.place))
            .values(failures=lockout.failures, last_failed_on=lockout.last_failed_on, locked_until=lockout.locked_until)
        )

    async def succeed(self, lockout: Lockout, place: str) -> None:
        counter = _digest(lockout.email, lockout.place)
        await self._session.execute(delete(LOCKOUT).where(LOCKOUT.c.email_digest == counter))
        email_digest = _digest(lockout.email)
        used = insert(SIGN_IN_PLACE).values(
            place_digest=_digest(lockout.email, place), email_digest=email_digest, last_used_on=_NOW
        )
        await self._session.execute(
            used.on_conflict_do_update(index_elements=[SIGN_IN_PLACE.c.place_digest], set_={"last_used_on": _NOW})
        )
        of_user = SIGN_IN_PLACE.c.email_digest == email_digest
        newest = select(SIGN_IN_PLACE.c.place_digest).where(of_user).order_by(SIGN_IN_PLACE.c.last_used_on.desc())
        await self._session.execute(
            delete(SIGN_IN_PLACE).where(of_user, SIGN_IN_PLACE.c.place_digest.not_in(newest.limit(PLACES_KNOWN)))
        )

    async def forget_older_than(self, age: timedelta, *, places: timedelta) -> None:
        as_of = (await self._session.execute(select(_NOW))).scalar_one()
        await self._session.execute(delete(LOCKOUT).where(LOCKOUT.c.last_failed_on < as_of - age))
        await self._session.execute(delete(SIGN_IN_PLACE).where(SIGN_IN_PLACE.c.last_used_on < as_of - places))

    async def _counter(self, email: Email, place: str) -> str:
        """The place whose failures are counted separately; empty if the user has never signed in from there."""
        known = select(exists().where(SIGN_IN_PLACE.c.place_digest == _digest(email, place)))
        return place if (await self._session.execute(known)).scalar_one() else ""


def _digest(email: Email, place: str = "") -> str:
    # Neither kind of address contains NUL.
    return hashlib.sha256(f"{email}\0{place}".encode() if place else email.encode()).hexdigest()
