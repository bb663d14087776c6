"""Sessions in PostgreSQL, by whose clock they expire."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Float,
    Interval,
    Row,
    bindparam,
    delete,
    func,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.db.types import UtcDateTime
from identity_svc.adapters.revocations import MARGIN, revoke
from identity_svc.adapters.tables import SESSION
from identity_svc.domain.session import ClientInfo, RefreshTokenContent, Session, SessionId, SessionPolicy
from identity_svc.domain.user import UserId

# The same throughout a statement, and not the start of the transaction, which may have waited for its user since.
_NOW = func.statement_timestamp(type_=UtcDateTime)
_COLUMNS = (*SESSION.c, _NOW.label("as_of"))
_IS_VALID = SESSION.c.expires_on > _NOW


class SqlSessions:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def start(
        self, user_id: UserId, first: RefreshTokenContent, client: ClientInfo, policy: SessionPolicy
    ) -> Session:
        started = insert(SESSION).values(
            id=first.session_id,
            user_id=user_id,
            secret_digest=first.digest,
            generation=first.generation,
            created_on=_NOW,
            last_used_on=_NOW,
            expires_on=_NOW + _span(min(policy.idle, policy.longest)),
            tokens_expire_on=_NOW + _span(policy.access_token_life),
            address=client.address,
            user_agent=client.user_agent,
        )
        session = _session((await self._session.execute(started.returning(*_COLUMNS))).one())
        by_use = select(SESSION.c.id).where(SESSION.c.user_id == user_id).order_by(SESSION.c.last_used_on.desc())
        await self._end(SESSION.c.id.in_(by_use.offset(policy.per_user)))
        return session

    async def owner(self, token: RefreshTokenContent) -> UserId | None:
        found = select(SESSION.c.user_id).where(*_is(token))
        user_id = (await self._session.execute(found)).scalar_one_or_none()
        return UserId(user_id) if user_id else None

    async def use(self, token: RefreshTokenContent, client: ClientInfo, policy: SessionPolicy) -> Session | None:
        used = (
            update(SESSION)
            .where(*_is(token), SESSION.c.generation == token.generation, _IS_VALID)
            .values(
                generation=token.generation + 1,
                last_used_on=_NOW,
                expires_on=func.least(_NOW + _span(policy.idle), SESSION.c.created_on + _span(policy.longest)),
                tokens_expire_on=_NOW + _span(policy.access_token_life),
                address=client.address,
                user_agent=client.user_agent,
            )
            # As a CTE, because psqlODBC reports no columns of an UPDATE … RETURNING that matched no row.
            .returning(*_COLUMNS)
            .cte("used")
        )
        row = (await self._session.execute(select(used))).one_or_none()
        return _session(row) if row else None

    async def find(self, session_id: SessionId) -> Session | None:
        row = (await self._session.execute(select(*_COLUMNS).where(SESSION.c.id == session_id))).one_or_none()
        return _session(row) if row else None

    async def end(self, session_id: SessionId, *, of: UserId | None = None) -> bool:
        own = () if of is None else (SESSION.c.user_id == of,)
        ended = await self._end(SESSION.c.id == session_id, *own)
        return any(row.was_valid for row in ended)

    async def end_all(self, user_id: UserId, *, but: SessionId | None = None) -> None:
        kept = () if but is None else (SESSION.c.id != but,)
        await self._end(SESSION.c.user_id == user_id, *kept)

    async def list(self, user_id: UserId, *, limit: int, after: tuple[datetime, uuid.UUID] | None) -> Sequence[Session]:
        query = select(*_COLUMNS).where(SESSION.c.user_id == user_id, _IS_VALID)
        place = tuple_(SESSION.c.created_on, SESSION.c.id)
        if after:
            query = query.where(place < tuple_(*after))
        found = await self._session.execute(
            query.order_by(SESSION.c.created_on.desc(), SESSION.c.id.desc()).limit(limit)
        )
        return [_session(row) for row in found]

    async def _end(self, *which: ColumnElement[bool]) -> Sequence[Row[Any]]:
        """Deletes sessions, and revokes those of their access tokens that have not expired."""
        ended = delete(SESSION).where(*which).returning(*_COLUMNS, _IS_VALID.label("was_valid")).cte("ended")
        rows = (await self._session.execute(select(ended))).all()
        await revoke(
            self._session,
            [
                {"session_id": row.id, "expires_on": row.tokens_expire_on + MARGIN}
                for row in rows
                if row.tokens_expire_on + MARGIN > row.as_of
            ],
        )
        return rows

    async def purge(self, limit: int) -> int:
        # Its last access token may outlive a session, and is revoked by the session.
        has_no_tokens = SESSION.c.tokens_expire_on <= _NOW - _span(MARGIN)
        oldest = select(SESSION.c.id).where(~_IS_VALID, has_no_tokens).order_by(SESSION.c.expires_on).limit(limit)
        chosen = oldest.with_for_update(skip_locked=True)
        purged = delete(SESSION).where(SESSION.c.id.in_(chosen)).returning(SESSION.c.id).cte("purged")
        return (await self._session.execute(select(func.count()).select_from(purged))).scalar_one()


def _is(token: RefreshTokenContent) -> tuple[ColumnElement[bool], ...]:
    return SESSION.c.id == token.session_id, SESSION.c.secret_digest == token.digest


def _span(length: timedelta) -> ColumnElement[timedelta]:
    seconds = bindparam(None, length.total_seconds(), Float)
    return func.make_interval(0, 0, 0, 0, 0, 0, seconds, type_=Interval)


def _session(row: Row[Any]) -> Session:
    names = ("id", "user_id", "generation", "created_on", "last_used_on", "expires_on", "as_of")
    client = ClientInfo(address=row.address, user_agent=row.user_agent)
    return Session(**{name: getattr(row, name) for name in names}, client=client)
