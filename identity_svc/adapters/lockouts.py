"""Lockouts in PostgreSQL: the rows are the lock, and the database's clock decides."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.db.types import UtcDateTime
from identity_svc.adapters.tables import LOCKOUT, SIGN_IN_PLACE
from identity_svc.domain.lockout import Failures, Lockout
from identity_svc.domain.user import Email

# Per user.
PLACES_KNOWN = 10
# Not now(), which is the start of the transaction: it may have waited for the rows since.
_NOW = func.clock_timestamp(type_=UtcDateTime)


class SqlLockouts:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def read(self, email: Email, place: str) -> Lockout:
        is_known, as_of = await self._look_up(email, place)
        found = await self._session.execute(select(LOCKOUT).where(LOCKOUT.c.email_digest.in_(_digests(email, place))))
        return _lockout(email, place, is_known, as_of, found.all())

    async def lock(self, email: Email, place: str) -> Lockout:
        is_known, _ = await self._look_up(email, place)
        counters = _digests(email, place)[: 1 if is_known else 2]
        values = [{"email_digest": digest, "failures": 0, "last_failed_on": _NOW} for digest in counters]
        found = await self._session.execute(
            insert(LOCKOUT)
            .values(values)
            .on_conflict_do_update(
                # Changes nothing, but locks the existing rows, that of the place first.
                index_elements=[LOCKOUT.c.email_digest],
                set_={"failures": LOCKOUT.c.failures},
            )
            .returning(LOCKOUT, _NOW.label("as_of"))
        )
        rows = found.all()
        return _lockout(email, place, is_known, max(row.as_of for row in rows), rows)

    async def put(self, lockout: Lockout) -> None:
        here, everywhere = _digests(lockout.email, lockout.place)
        await self._put(here, lockout.from_place)
        if not lockout.is_known:
            await self._put(everywhere, lockout.from_strange_places)

    async def succeed(self, lockout: Lockout) -> None:
        here, everywhere = _digests(lockout.email, lockout.place)
        # Where nobody has failed, the other row is only what `lock` has made.
        made = and_(LOCKOUT.c.email_digest == everywhere, LOCKOUT.c.failures == 0)
        await self._session.execute(delete(LOCKOUT).where(or_(LOCKOUT.c.email_digest == here, made)))
        used = insert(SIGN_IN_PLACE).values(place_digest=here, email_digest=everywhere, last_used_on=_NOW)
        await self._session.execute(
            used.on_conflict_do_update(index_elements=[SIGN_IN_PLACE.c.place_digest], set_={"last_used_on": _NOW})
        )
        of_user = SIGN_IN_PLACE.c.email_digest == everywhere
        newest = select(SIGN_IN_PLACE.c.place_digest).where(of_user).order_by(SIGN_IN_PLACE.c.last_used_on.desc())
        await self._session.execute(
            delete(SIGN_IN_PLACE).where(of_user, SIGN_IN_PLACE.c.place_digest.not_in(newest.limit(PLACES_KNOWN)))
        )

    async def forget_older_than(self, age: timedelta, *, places: timedelta) -> None:
        as_of = (await self._session.execute(select(_NOW))).scalar_one()
        await self._session.execute(delete(LOCKOUT).where(LOCKOUT.c.last_failed_on < as_of - age))
        await self._session.execute(delete(SIGN_IN_PLACE).where(SIGN_IN_PLACE.c.last_used_on < as_of - places))

    async def _look_up(self, email: Email, place: str) -> tuple[bool, datetime]:
        here, _ = _digests(email, place)
        known = exists().where(SIGN_IN_PLACE.c.place_digest == here)
        is_known, as_of = (await self._session.execute(select(known, _NOW))).one()
        return is_known, as_of

    async def _put(self, digest: str, failures: Failures) -> None:
        await self._session.execute(
            update(LOCKOUT)
            .where(LOCKOUT.c.email_digest == digest)
            .values(failures=failures.count, last_failed_on=failures.last_on, locked_until=failures.paused_until)
        )


def _lockout(email: Email, place: str, is_known: bool, as_of: datetime, rows: Iterable[Row[Any]]) -> Lockout:
    found = {
        row.email_digest: Failures(count=row.failures, last_on=row.last_failed_on, paused_until=row.locked_until)
        for row in rows
    }
    here, everywhere = (found.get(digest, Failures()) for digest in _digests(email, place))
    return Lockout(
        email=email, place=place, is_known=is_known, as_of=as_of, from_place=here, from_strange_places=everywhere
    )


def _digests(email: Email, place: str) -> tuple[str, str]:
    """The keys of the counters: of this place, and of all strange places. Neither kind of address contains NUL."""
    here, everywhere = (hashlib.sha256(text.encode()).hexdigest() for text in (f"{email}\0{place}", email))
    return here, everywhere
