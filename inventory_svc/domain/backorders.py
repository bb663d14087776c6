"""Backorders: new stock goes to the orders that wait for it, first come first served, piece by piece.

An order takes what it can get piece by piece, so that nothing lies about while somebody waits for it, and nobody who
came later is served before. Once it has all of its pieces it is held as if it had found them there.
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
