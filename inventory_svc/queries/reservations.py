"""Reservations as they are stored, from the write side, which alone has them: for a comparison with the orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import TextualSelect, text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.bulk import as_json
from chassis.db.engine import fetch
from chassis.db.types import Json
from inventory_svc.domain.reservation import ReservationState

_COLUMNS = """
SELECT order_id, state, revision, request_key,
       jsonb_agg(jsonb_build_array(product_item_id, quantity, returned) ORDER BY number) AS lines
FROM ({page}) AS page JOIN reservation_line AS line USING (order_id)
GROUP BY order_id, state, revision, request_key ORDER BY order_id
"""
_OF_ORDERS = text(
    _COLUMNS.format(
        page="SELECT * FROM reservation WHERE order_id IN "
        "(SELECT CAST(value AS bigint) FROM jsonb_array_elements_text(CAST(:order_ids AS jsonb)))"
    )
).columns(lines=Json)
_PAGE = text(
    _COLUMNS.format(
        page="SELECT * FROM reservation WHERE order_id > :after AND (state = 'COMMITTED' "
        "OR placed AND state IN ('HELD', 'BACKORDERED')) ORDER BY order_id LIMIT :limit"
    )
).columns(lines=Json)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReservation:
    """`lines` are product item id, pieces, and how many of them came back."""

    order_id: int
    state: ReservationState
    revision: int
    request_key: str
    lines: tuple[tuple[int, int, int], ...]


class StoredReservations:
    """Reads them a page at a time, in the order of their orders' numbers."""

    def __init__(self, write: AsyncEngine) -> None:
        self._write = write

    async def of_orders(self, order_ids: Sequence[int]) -> list[StoredReservation]:
        """Those of these orders, in any state."""
        return await self._read(_OF_ORDERS, order_ids=as_json(list(order_ids)))

    async def page(self, *, after: int, limit: int) -> list[StoredReservation]:
        """Those that hold or sold stock for orders that are known to exist; the holds of others expire."""
        return await self._read(_PAGE, after=after, limit=limit)

    async def _read(self, statement: TextualSelect, **values: object) -> list[StoredReservation]:
        return [
            StoredReservation(
                order_id=row.order_id,
                state=ReservationState(row.state),
                revision=row.revision,
                request_key=row.request_key,
                lines=tuple((item, quantity, returned) for item, quantity, returned in row.lines),
            )
            for row in await fetch(self._write, statement, values)
        ]
