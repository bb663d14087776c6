"""Who created something, from the write side: for readers of what the read side may not have yet."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.batching import Batcher
from chassis.db.bulk import as_json
from chassis.db.engine import fetch

# What there is, and is not deleted.
PRODUCTS = "SELECT id, created_by FROM product WHERE NOT is_deleted"
PRODUCT_ITEMS = """
SELECT item.id, item.created_by FROM product_item AS item JOIN product ON product.id = item.product_id
WHERE NOT item.is_deleted AND NOT product.is_deleted
"""
INCENTIVES = "SELECT id, created_by FROM incentive WHERE NOT is_deleted"
_LOOK = """
SELECT id, created_by FROM ({found}) AS found
WHERE id IN (SELECT CAST(value AS bigint) FROM jsonb_array_elements_text(CAST(:ids AS jsonb)))
"""
# Under load, readers that arrive within this time share a query.
_PACE_S = 0.005


class Creators:
    """Readers that arrive while a query runs share the next one: however many there are, one query runs at a time."""

    def __init__(self, write: AsyncEngine, found: str = PRODUCTS) -> None:
        self._write = write
        self._statement = text(_LOOK.format(found=found))
        self._looks: Batcher[int, str | None] = Batcher("creators", self._look, max_size=500, pace_s=_PACE_S)

    async def of(self, id: int) -> str | None:
        """The user who created it; None if it does not exist, or is deleted."""
        return await self._looks.submit(id)

    async def _look(self, ids: Sequence[int]) -> list[str | None]:
        rows = await fetch(self._write, self._statement, {"ids": as_json(ids)})
        found: dict[int, str] = {row.id: row.created_by for row in rows}
        return [found.get(id) for id in ids]
