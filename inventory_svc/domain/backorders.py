"""Backorders: new stock goes to the orders that wait for it, first come first served, piece by piece.

An order receives pieces as they become available, so no stock lies idle while an order waits for it, and no later order
is served first. An order that has all of its pieces is held as if they had been in stock from the start.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from inventory_svc.domain.reservation import Reservation
from inventory_svc.domain.stock import StockBatch


def serve(waiting: Sequence[Reservation], item_ids: Iterable[int], stock_batch: StockBatch) -> list[Reservation]:
    """Assigns available pieces; returns the reservations that received some."""
    served: dict[int, Reservation] = {}
    for item_id in item_ids:
        for reservation in sorted(waiting, key=lambda waits: waits.place_of(item_id)):
            if reservation.fill(item_id, stock_batch):
                served[reservation.order_id] = reservation
    return list(served.values())
