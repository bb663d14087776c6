"""Revoked access tokens in PostgreSQL: written with what revokes them, and read in the order of their commits."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from time import monotonic
from typing import Any

import structlog
from sqlalchemy import Executable, Row, insert, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from chassis.background import PollingLoop, Report, passes
from chassis.db.engine import fetch
from identity_svc.adapters.tables import REVOCATION
from identity_svc.domain.session import Revocation, RevocationPage

log = structlog.get_logger(__name__)

# A token may have been issued by a replica whose clock is ahead.
MARGIN = timedelta(minutes=1)
_PAGE = 1000
# How long a reader waits for news, and after how long without asking it does not count any more.
_WAIT_S, _READER_GONE_S = 5.0, 15.0
# How often other replicas' revocations are looked for, and how long readers are waited for.
_LOOK_EVERY_S, _CONFIRM_EVERY_S, _CONFIRM_S = 0.5, 0.02, 3.0
# Taken before the position and held until the commit, so that no position is committed before a lower one.
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('revocation'))")
_LAST = text("SELECT coalesce(max(position), 0) AS position FROM revocation")
_SEEN = text(
    "INSERT INTO revocation_reader AS r (name, position, seen_on) VALUES (:name, CAST(:position AS bigint), now()) "
    "ON CONFLICT (name) DO UPDATE SET position = excluded.position, seen_on = excluded.seen_on"
)
_BEHIND = text(
    "SELECT name FROM revocation_reader "
    "WHERE position < CAST(:position AS bigint) AND seen_on > now() - make_interval(secs => CAST(:gone_s AS float8))"
)
# All but the newest, whose position the next one follows.
_PURGE = text(
    "WITH purged AS (DELETE FROM revocation WHERE position = ANY (ARRAY(SELECT position FROM revocation "
    "WHERE expires_on < now() AND position < (SELECT max(position) FROM revocation) "
    "ORDER BY expires_on LIMIT CAST(:batch AS integer) FOR UPDATE SKIP LOCKED)) RETURNING position) "
    "SELECT position FROM purged"
)
_PURGE_READERS = text("DELETE FROM revocation_reader WHERE seen_on < now() - interval '1 day'")
_FIELDS = ("session_id", "user_id", "before_version", "expires_on")


async def revoke(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Adds rows of REVOCATION. Call it after all other locks of the transaction are taken."""
    if rows:
        await session.execute(_LOCK)
        await session.execute(insert(REVOCATION), rows)


class SqlRevocationFeed:
    """The RevocationFeed of a process. From `start` to `stop` it notices what other replicas revoke."""

    def __init__(self, engine: AsyncEngine, report: Report) -> None:
        self._engine = engine
        self._last, self._news = 0, asyncio.Event()
        self._loop = PollingLoop("revocations", self._look, idle_s=_LOOK_EVERY_S, report=report)
        self.start, self.stop = self._loop.start, self._loop.stop

    async def after(self, position: int, *, reader: str) -> RevocationPage:
        await self._run(_SEEN, name=reader, position=position)
        if position == self._last:
            await passes(self._news, within_s=_WAIT_S)
        elif position > self._last:
            await self._look()  # the reader has it from another replica
        last = self._last
        # Positions from before a restored database mean nothing in it.
        begin = position if position <= last else 0
        found = select(REVOCATION).where(REVOCATION.c.position > begin, REVOCATION.c.position <= last)
        rows = await self._run(found.order_by(REVOCATION.c.position).limit(_PAGE))
        revocations = [Revocation(**{name: getattr(row, name) for name in _FIELDS}) for row in rows]
        return RevocationPage(revocations, rows[-1].position if len(rows) == _PAGE else last)

    async def confirmed(self) -> None:
        last, deadline = await self._find_last(), monotonic() + _CONFIRM_S
        if last != self._last:
            self._loop.wake()
        while behind := await self._run(_BEHIND, position=last, gone_s=_READER_GONE_S):
            if monotonic() > deadline:
                log.warning("revoked tokens may still be accepted", readers=sorted(row.name for row in behind))
                return
            await asyncio.sleep(_CONFIRM_EVERY_S)

    async def purge(self) -> None:
        """Deletes what is about expired tokens only, and readers that are gone."""
        while len(await self._run(_PURGE, batch=_PAGE)) == _PAGE:
            pass
        await self._run(_PURGE_READERS)

    async def _look(self) -> bool:
        last = await self._find_last()
        if last != self._last:
            self._last, news, self._news = last, self._news, asyncio.Event()
            news.set()
        return False

    async def _find_last(self) -> int:
        (row,) = await self._run(_LAST)
        return int(row.position)

    async def _run(self, statement: Executable, **parameters: object) -> Sequence[Row[Any]]:
        return await fetch(self._engine, statement, parameters)
