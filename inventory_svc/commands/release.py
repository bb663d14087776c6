"""Release: free the stock held for an order, or restock what it bought; many orders share one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chassis.errors import AppError
from chassis.mediator import Command
from inventory_svc.commands.backorders import serve_waiting
from inventory_svc.commands.locking import lock_orders
from inventory_svc.commands.uow import InventoryUow


@dataclass(frozen=True, slots=True, kw_only=True)
class Release(Command[None]):
    order_id: int


async def release_batch(batch: Sequence[Release], uow: InventoryUow) -> list[AppError | None]:
    """Never refuses: an order without a reservation, or one already released, changes nothing."""
    stock_batch, reservations = await lock_orders(uow, [cmd.order_id for cmd in batch])
    incentive_set = await uow.incentives.lock(
        held.incentive_locks for held in reservations.values() if not held.is_released
    )
    changed = [reservation for reservation in reservations.values() if reservation.release(stock_batch, incentive_set)]
    await uow.reservations.save(changed)
    await serve_waiting(uow, stock_batch)
    await uow.stocks.save(stock_batch)
    await uow.incentives.save(incentive_set)
    return [None] * len(batch)
