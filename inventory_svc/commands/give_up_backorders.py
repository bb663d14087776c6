"""GiveUpBackorders: make order_svc cancel orders that wait for an item which is no longer sold."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.mediator import Command
from inventory_svc.commands.backorders import deny_availability, serve_waiting
from inventory_svc.commands.locking import lock_orders
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.domain.reservation import ReservationState


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUpBackorders(Command[int]):
    """Handles at most `limit` orders; returns their number."""

    limit: int = 100


async def give_up_backorders(cmd: GiveUpBackorders, uow: InventoryUow) -> int:
    """Releases their reservations and schedules jobs that cancel the orders, with the reason."""
    order_ids = await uow.reservations.find_withdrawn(cmd.limit)
    if not order_ids:
        return 0
    stock_batch, known = await lock_orders(uow, order_ids)
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
    return len(order_ids)
