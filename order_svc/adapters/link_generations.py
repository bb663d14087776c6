"""Generations of tracking links in the write database: one row for each order whose links were revoked."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.background import to_completion
from chassis.db.bulk import as_json
from chassis.db.engine import fetch

_OF = text("""
SELECT order_id, generation FROM tracking_link_generation
WHERE order_id IN (SELECT CAST(value AS bigint) FROM jsonb_array_elements_text(CAST(:ids AS jsonb)))
""")
_END = text("""
INSERT INTO tracking_link_generation AS known (order_id, generation) VALUES (:id, 1)
ON CONFLICT (order_id) DO UPDATE SET generation = known.generation + 1 RETURNING order_id
""")


class SqlLinkGenerations:
    def __init__(self, write: AsyncEngine) -> None:
        self._write = write

    async def of(self, order_ids: Collection[int]) -> Mapping[int, int]:
        rows = await to_completion(fetch(self._write, _OF, {"ids": as_json(list(order_ids))}))
        return {row.order_id: row.generation for row in rows}

    async def end_present(self, order_id: int) -> None:
        await to_completion(fetch(self._write, _END, {"id": order_id}))
