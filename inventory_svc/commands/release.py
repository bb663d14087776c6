"""Release: give back what is held for an order, or restock what was sold to it; many orders share one transaction."""

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
    """Never refuses: what was never reserved, or went back already, changes nothing."""
    shelf, reservations = await lock_orders(uow, [cmd.order_id for cmd in batch])
    offers = await uow.incentives.lock(held.claim for held in reservations.values() if not held.is_given_back)
    changed = [reservation for reservation in reservations.values() if reservation.release(shelf, offers)]
    await uow.reservations.save(changed)
    await serve_waiting(uow, shelf)
    await uow.stocks.save(shelf)
    await uow.incentives.save(offers)
    return [None] * len(batch)
