"""Who created a product, from the write side: for readers of a product that the read side may not have yet."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.batching import Batcher
from chassis.db.bulk import as_json
from chassis.db.engine import fetch

_LOOK = text("""
SELECT id, created_by FROM product
WHERE NOT is_deleted AND id IN (SELECT CAST(value AS bigint) FROM jsonb_array_elements_text(CAST(:ids AS jsonb)))
""")
# Under load, readers that arrive within this time share a query.
_PACE_S = 0.005


class ProductCreators:
    """Readers that arrive while a query runs share the next one: however many there are, one query runs at a time."""

    def __init__(self, write: AsyncEngine) -> None:
        # Single statements without BEGIN and ROLLBACK: one round trip.
        self._write = write.execution_options(isolation_level="AUTOCOMMIT")
        self._looks: Batcher[int, str | None] = Batcher(self._look, max_size=500, pace_s=_PACE_S)

    async def of(self, product_id: int) -> str | None:
        """The user who created the product; None if there is none, or it is deleted."""
        return await self._looks.submit(product_id)

    async def _look(self, product_ids: Sequence[int]) -> list[str | None]:
        rows = await fetch(self._write, _LOOK, {"ids": as_json(product_ids)})
        found: dict[int, str] = {row.id: row.created_by for row in rows}
        return [found.get(product_id) for product_id in product_ids]
