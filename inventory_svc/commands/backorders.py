"""Assigns new stock to backorders, in the transaction that adds the stock."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from chassis.jobs import NewJob
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.domain.backorders import serve
from inventory_svc.domain.reservation import Reservation
from inventory_svc.domain.stock import StockBatch

CONFIRM_AVAILABILITY = "confirm_availability"
NOT_DISCARDABLE: Mapping[str, str] = {
    CONFIRM_AVAILABILITY: "the order would wait for ever for stock that it has; cancel the order, or retry the job",
}


async def serve_waiting(uow: InventoryUow, stock_batch: StockBatch) -> None:
    """Assigns available stock to waiting orders. Changed reservations must be stored before."""
    pieces = stock_batch.to_share()
    if not pieces:
        return
    waiting = await uow.reservations.lock_waiting(pieces)
    served = serve(waiting, pieces, stock_batch)
    await uow.reservations.save_re_reserved(served)
    uow.schedule(*(confirm_availability(reservation) for reservation in served))


def confirm_availability(reservation: Reservation) -> NewJob:
    """Reports the availability of its stock to the order; the number of backordered pieces is part of the job's key."""
    missing = ",".join(f"{line.place}.{line.backordered}" for line in reservation.lines)
    # A digest, because the key is also the id of the request to order_svc, and 100 lines make it too long.
    return NewJob(
        kind=CONFIRM_AVAILABILITY,
        key=f"{reservation.order_id}/{hashlib.sha256(missing.encode()).hexdigest()}",
        payload={"order_id": reservation.order_id},
    )


def deny_availability(reservation: Reservation, why: str) -> NewJob:
    """Reports to the order that a backordered item can no longer be supplied."""
    return NewJob(
        kind=CONFIRM_AVAILABILITY,
        key=f"{reservation.order_id}/lost",
        payload={"order_id": reservation.order_id, "lost_reason": why},
    )
