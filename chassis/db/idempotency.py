"""Kept answers in SQL: written in the transaction of their effect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.db.bulk import as_json
from chassis.db.tables import IDEMPOTENCY_KEY
from chassis.db.writes import UNLOCKED, enqueue_insert
from chassis.idempotency import IdempotentResponse, RequestKey

_FIND = text(
    "SELECT id, fingerprint, answer FROM idempotency_key "
    "WHERE id IN (SELECT jsonb_array_elements_text(CAST(:ids AS jsonb)))"
)


class SqlIdempotentResponses:
    """The answers kept in this session's transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, keys: Sequence[RequestKey]) -> Mapping[str, IdempotentResponse]:
        wanted = {"ids": as_json([key.id for key in keys])}
        # A key that comes to be kept meanwhile is refused when this one is written.
        rows = await self._session.execute(_FIND, wanted, execution_options=UNLOCKED)
        return {row.id: IdempotentResponse(row.fingerprint, row.answer.encode()) for row in rows}

    async def keep(self, answers: Sequence[tuple[RequestKey, bytes]]) -> None:
        # A key that another transaction took meanwhile is a unique violation, hence a Conflict: the mediator looks
        # again.
        await enqueue_insert(
            self._session,
            IDEMPOTENCY_KEY,
            [{"id": key.id, "fingerprint": key.fingerprint, "answer": answer.decode()} for key, answer in answers],
        )
