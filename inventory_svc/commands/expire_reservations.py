"""ExpireReservations: release expired holds, so that an order that was never placed holds no stock."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.mediator import Command
from inventory_svc.commands.backorders import serve_waiting
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.domain.reservation import HoldTimes


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireReservations(Command[int]):
    """Releases at most `limit` expired holds, or those of `unplaced`: orders that were found not to exist.

    Returns the number of released holds.
    """

    limit: int = 500
    unplaced: tuple[int, ...] = ()


async def expire_reservations(cmd: ExpireReservations, uow: InventoryUow, *, times: HoldTimes) -> int:
    """Safe on any number of replicas at once: each hold is released by one replica."""
    order_ids = list(cmd.unplaced) or await uow.reservations.find_expired(cmd.limit, grace=times.grace)
    if not order_ids:
        return 0
    stock_batch = await uow.stocks.lock(of_orders=order_ids)
    expired = await uow.reservations.lock_expired(order_ids)
    incentive_set = await uow.incentives.lock(reservation.incentive_locks for reservation in expired)
    for reservation in expired:
        reservation.expire(stock_batch, incentive_set)
    await uow.reservations.save(expired)
    await serve_waiting(uow, stock_batch)
    await uow.stocks.save(stock_batch)
    await uow.incentives.save(incentive_set)
    return len(expired)
