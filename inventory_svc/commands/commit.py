"""Commit: turn the hold of an order into a sale; many orders share one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chassis.errors import AppError
from chassis.mediator import Command
from inventory_svc.commands.locking import lock_orders
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.domain.errors import ReservationNotFound
from inventory_svc.domain.reservation import Reservation


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit(Command[None]):
    order_id: int


async def commit_batch(batch: Sequence[Commit], uow: InventoryUow) -> list[AppError | None]:
    """Answers None, ReservationNotFound, StillWaiting or ReservationReleased.

    For what expired and is gone, OutOfStock or IncentiveInvalid.
    """
    shelf, reservations = await lock_orders(uow, [cmd.order_id for cmd in batch])
    offers = await uow.incentives.lock(held.claim for held in reservations.values() if held.is_given_back)
    changed: list[Reservation] = []
    results: list[AppError | None] = []
    for cmd in batch:
        try:
            if cmd.order_id not in reservations:
                raise ReservationNotFound.of(cmd.order_id)
            if reservations[cmd.order_id].commit(shelf, offers):
                changed.append(reservations[cmd.order_id])
            results.append(None)
        except AppError as error:
            results.append(error)
    await uow.stocks.save(shelf)
    await uow.incentives.save(offers)
    await uow.reservations.save(changed)
    return results
