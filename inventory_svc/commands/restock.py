"""Restock: put returned pieces back into stock, and adapt the points; many orders share one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chassis.errors import AppError
from inventory_svc.commands.backorders import serve_waiting
from inventory_svc.commands.locking import lock_orders
from inventory_svc.commands.of_order import OfOrder
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.domain.errors import ReservationNotFound
from inventory_svc.domain.pricing import LoyaltyRates
from inventory_svc.domain.reservation import Reservation
from inventory_svc.domain.returns import Returned, take_back


@dataclass(frozen=True, slots=True, kw_only=True)
class Restock(OfOrder[None]):
    """`returned` has the totals so far; a total lower than before changes nothing."""

    returned: Returned


async def restock_batch(batch: Sequence[Restock], uow: InventoryUow, *, rates: LoyaltyRates) -> list[AppError | None]:
    """Returns None, ReservationNotFound or NotCommittedYet for each command."""
    stock_batch, reservations = await lock_orders(uow, [cmd.order_id for cmd in batch])
    changed: dict[int, Reservation] = {}
    results: list[AppError | None] = []
    for cmd in batch:
        try:
            if cmd.order_id not in reservations:
                raise ReservationNotFound.of(cmd.order_id)
            if take_back(reservations[cmd.order_id], cmd.returned, stock_batch, rates):
                changed[cmd.order_id] = reservations[cmd.order_id]
            results.append(None)
        except AppError as error:
            results.append(error)
    await uow.reservations.save_amended(list(changed.values()))
    await serve_waiting(uow, stock_batch)
    await uow.stocks.save(stock_batch)
    return results
