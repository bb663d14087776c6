"""ExpireReservations: release expired holds, so that an order that was never placed holds no stock."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.mediator import Command
from inventory_svc.commands.backorders import serve_waiting
from inventory_svc.commands.locking import require_stock
from inventory_svc.commands.uow import InventoryUow


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireReservations(Command[None]):
    """Releases the holds of these orders, unless they were extended or have ended meanwhile."""

    order_ids: tuple[int, ...]


async def expire_reservations(cmd: ExpireReservations, uow: InventoryUow) -> None:
    """Safe on any number of replicas at once: each hold is released by one replica."""
    stock_batch = await uow.stocks.lock(of_orders=cmd.order_ids)
    expired = await uow.reservations.lock_expired(cmd.order_ids)
    # An order may have been changed in between.
    require_stock(stock_batch, expired)
    incentive_set = await uow.incentives.lock(reservation.incentive_locks for reservation in expired)
    for reservation in expired:
        reservation.expire(stock_batch, incentive_set)
    await uow.reservations.save(expired)
    await serve_waiting(uow, stock_batch)
    await uow.stocks.save(stock_batch)
    await uow.incentives.save(incentive_set)
