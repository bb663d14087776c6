"""ExpireReservation: release an expired hold, so that an order that was never placed holds no stock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inventory_svc.commands.backorders import serve_waiting
from inventory_svc.commands.locking import require_stock
from inventory_svc.commands.of_order import OfOrder
from inventory_svc.commands.uow import InventoryUow


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireReservation(OfOrder[None]):
    """Releases the hold of this order, unless it was extended or has ended meanwhile."""


async def expire_reservations(batch: Sequence[ExpireReservation], uow: InventoryUow) -> list[None]:
    """Safe on any number of replicas at once: each hold is released by one replica."""
    order_ids = [cmd.order_id for cmd in batch]
    stock_batch = await uow.stocks.lock(of_orders=order_ids)
    expired = await uow.reservations.lock_expired(order_ids)
    # An order may have been changed in between.
    require_stock(stock_batch, expired)
    incentive_set = await uow.incentives.lock(reservation.incentive_locks for reservation in expired)
    for reservation in expired:
        reservation.expire(stock_batch, incentive_set)
    await uow.reservations.save(expired)
    await serve_waiting(uow, stock_batch)
    await uow.stocks.save(stock_batch)
    await uow.incentives.save(incentive_set)
    return [None] * len(batch)
