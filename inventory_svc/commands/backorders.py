"""What follows when stock comes in: those who wait for it get it, in the transaction in which it came."""

from __future__ import annotations

from chassis.jobs import NewJob
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.domain.backorders import serve
from inventory_svc.domain.reservation import Reservation
from inventory_svc.domain.stock import StockBatch

CONFIRM_AVAILABILITY = "confirm_availability"


async def serve_waiting(uow: InventoryUow, stock_batch: StockBatch) -> None:
    """Gives what is available to the orders that wait for it. Reservations changed before must be stored."""
    pieces = stock_batch.to_share()
    if not pieces:
        return
    waiting = await uow.reservations.lock_waiting(pieces)
    served = serve(waiting, pieces, stock_batch)
    await uow.reservations.save_renewed(served)
    uow.schedule(*(confirm_availability(reservation) for reservation in served))


def confirm_availability(reservation: Reservation) -> NewJob:
    """Tell the order how its stock stands; the pieces still waited for make the key of this step."""
    step = "-".join(f"{line.place}.{line.backordered}" for line in reservation.lines)
    return NewJob(
        kind=CONFIRM_AVAILABILITY,
        key=f"{reservation.order_id}/{step}",
        payload={"order_id": reservation.order_id},
    )


def deny_availability(reservation: Reservation, why: str) -> NewJob:
    """Tell the order that what it waits for can not be had any more."""
    return NewJob(
        kind=CONFIRM_AVAILABILITY,
        key=f"{reservation.order_id}/lost",
        payload={"order_id": reservation.order_id, "lost_reason": why},
    )
