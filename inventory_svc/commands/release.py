"""Release: free the stock held for an order, or restock what it bought; many orders share one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chassis.errors import AppError
from inventory_svc.commands.backorders import serve_waiting
from inventory_svc.commands.locking import lock_orders
from inventory_svc.commands.of_order import OfOrder
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.domain.errors import HoldSuperseded
from inventory_svc.domain.lines import Line
from inventory_svc.domain.reservation import Reservation


@dataclass(frozen=True, slots=True, kw_only=True)
class Release(OfOrder[None]):
    """`revision` is that of the order when it was stopped.

    `unplaced`: the order could not be placed. Nothing changes if another request got the same hold, or placed it.
    `written_off` has all pieces that do not go back into stock.
    """

    revision: int = 0
    unplaced: bool = False
    written_off: tuple[Line, ...] = ()


async def release_batch(batch: Sequence[Release], uow: InventoryUow) -> list[AppError | None]:
    """Refused with HoldSuperseded for an old `revision`. Without a reservation, or a held one, nothing changes."""
    stock_batch, reservations = await lock_orders(uow, [cmd.order_id for cmd in batch])
    results: list[AppError | None] = []
    released: dict[int, tuple[Reservation, Release]] = {}
    for cmd in batch:
        held = reservations.get(cmd.order_id)
        try:
            if held is not None and (held.has_one_owner or not cmd.unplaced):
                held.require_present(cmd.revision)
                released[held.order_id] = held, cmd
            results.append(None)
        except HoldSuperseded as error:
            results.append(error)
    incentive_set = await uow.incentives.lock(
        held.incentive_locks for held, _ in released.values() if not held.is_released
    )
    await uow.reservations.save(
        [held for held, cmd in released.values() if held.release(stock_batch, incentive_set, cmd.written_off)]
    )
    await serve_waiting(uow, stock_batch)
    await uow.stocks.save(stock_batch)
    await uow.incentives.save(incentive_set)
    return results
