"""GiveUpBackorder: make order_svc cancel an order that waits for an item which is no longer sold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inventory_svc.commands.backorders import deny_availability, serve_waiting
from inventory_svc.commands.locking import lock_orders
from inventory_svc.commands.of_order import OfOrder
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.domain.reservation import ReservationState


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUpBackorder(OfOrder[None]):
    """Has no effect if the order waits no longer, or the item is sold again."""


async def give_up_backorders(batch: Sequence[GiveUpBackorder], uow: InventoryUow) -> list[None]:
    """Releases the reservations and schedules jobs that cancel the orders, with the reason."""
    stock_batch, known = await lock_orders(uow, [cmd.order_id for cmd in batch])
    incentive_set = await uow.incentives.lock(reservation.incentive_locks for reservation in known.values())
    released = []
    for reservation in known.values():
        withdrawn = stock_batch.withdrawn(reservation.lines)
        if reservation.state is ReservationState.BACKORDERED and withdrawn:
            uow.schedule(deny_availability(reservation, f"{withdrawn.sku} is no longer sold"))
            reservation.release(stock_batch, incentive_set)
            released.append(reservation)
    await uow.reservations.save(released)
    await serve_waiting(uow, stock_batch)
    await uow.stocks.save(stock_batch)
    await uow.incentives.save(incentive_set)
    return [None] * len(batch)
