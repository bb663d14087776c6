"""KeepReservation: a backordered order was placed, so its reservation no longer expires."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inventory_svc.commands.backorders import confirm_availability, deny_availability
from inventory_svc.commands.locking import lock_orders
from inventory_svc.commands.of_order import OfOrder
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.domain.errors import IncentiveInvalid, OutOfStock
from inventory_svc.domain.reservation import ReservationState


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepReservation(OfOrder[None]):
    """Tells what became of a backorder while its reply was lost."""


async def keep_reservations(batch: Sequence[KeepReservation], uow: InventoryUow) -> list[None]:
    """Does nothing when the reservation does not exist or is settled.

    A reservation that has ended meanwhile is reserved again, or waits at the end of the queue. If neither is possible,
    its order is cancelled.
    """
    stock_batch, known = await lock_orders(uow, [cmd.order_id for cmd in batch])
    incentive_set = await uow.incentives.lock(held.incentive_locks for held in known.values() if held.is_released)
    kept = []
    for reservation in known.values():
        try:
            if reservation.keep(stock_batch, incentive_set):
                kept.append(reservation)
        except (OutOfStock, IncentiveInvalid) as error:
            uow.schedule(deny_availability(reservation, error.message))
    await uow.reservations.save_re_reserved(kept)
    # Stock for the backorder may have arrived before its order was known.
    uow.schedule(*(confirm_availability(held) for held in kept if held.state is ReservationState.HELD))
    await uow.stocks.save(stock_batch)
    await uow.incentives.save(incentive_set)
    return [None] * len(batch)
