"""Jobs of this service that have not ended, within the caller's transaction."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# The erased secret is an empty text: the job never runs again.
_OPEN = "kind = :kind AND key = :key AND state IN ('READY', 'RUNNING', 'DEAD')"
_WITHDRAW = text(
    f"WITH present AS (SELECT id, coalesce(secret, '') AS secret FROM job WHERE {_OPEN} FOR UPDATE), "
    "withdrawn AS (UPDATE job SET state = 'DISCARDED', lease_token = NULL, due_at = now(), secret = '', "
    "discard_reason = CAST(:why AS text) FROM present WHERE job.id = present.id) SELECT secret FROM present"
)
_WITHDRAW_DEAD = text(
    f"WITH withdrawn AS (UPDATE job SET state = 'DISCARDED', due_at = now(), set_at = now(), secret = '', "
    f"discard_reason = CAST(:why AS text) WHERE {_OPEN} AND state = 'DEAD' RETURNING id) SELECT id FROM withdrawn"
)
_IS_OPEN = text(f"SELECT EXISTS (SELECT FROM job WHERE {_OPEN})")
_IS_PENDING = text(f"SELECT EXISTS (SELECT FROM job WHERE {_OPEN} AND state <> 'DEAD')")


class SqlOpenJobs:
    """Jobs that have not ended, within the caller's transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def withdraw(self, kind: str, key: str, why: str) -> str | None:
        wanted = {"kind": kind, "key": key, "why": why}
        secret: str | None = (await self._session.execute(_WITHDRAW, wanted)).scalar_one_or_none()
        return secret

    async def withdraw_dead(self, kind: str, key: str, why: str) -> bool:
        wanted = {"kind": kind, "key": key, "why": why}
        return (await self._session.execute(_WITHDRAW_DEAD, wanted)).scalar_one_or_none() is not None

    async def is_open(self, kind: str, key: str) -> bool:
        return bool((await self._session.execute(_IS_OPEN, {"kind": kind, "key": key})).scalar_one())

    async def is_pending(self, kind: str, key: str) -> bool:
        return bool((await self._session.execute(_IS_PENDING, {"kind": kind, "key": key})).scalar_one())
