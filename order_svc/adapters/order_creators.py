"""Who created an order, from the write side: for readers of an order that the read side may not have yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.batching import Batcher
from chassis.context import current
from chassis.db.bulk import as_json
from chassis.db.engine import fetch

_LOOK = text("""
SELECT id, created_by, team_id FROM orders
WHERE NOT is_deleted AND id IN (SELECT CAST(value AS bigint) FROM jsonb_array_elements_text(CAST(:ids AS jsonb)))
""")
# Under load, readers that arrive within this time share a query.
_PACE_S = 0.005


class _Creator(NamedTuple):
    id: str
    team: str | None


class OrderCreators:
    """Readers that arrive while a query runs share the next one: however many there are, one query runs at a time."""

    def __init__(self, write: AsyncEngine) -> None:
        self._write = write
        self._looks: Batcher[int, _Creator | None] = Batcher("creators", self._look, max_size=500, pace_s=_PACE_S)

    async def of(self, order_id: int) -> str | None:
        """The user who placed the order; None if there is none, or the caller may not see it."""
        creator = await self._looks.submit(order_id) if order_id else None
        subject = current().subject
        if creator and (current().sees_all or creator.id == subject.id or creator.team in subject.team_ids):
            return creator.id
        return None

    async def _look(self, order_ids: Sequence[int]) -> list[_Creator | None]:
        rows = await fetch(self._write, _LOOK, {"ids": as_json(order_ids)})
        found = {row.id: _Creator(row.created_by, row.team_id) for row in rows}
        return [found.get(order_id) for order_id in order_ids]
