"""ConfirmPlaced: extend the holds of orders that exist to the time that a payment may take: once, or until the sale."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.mediator import Command
from inventory_svc.commands.locking import lock_orders
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.domain.reservation import HoldTimes


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmPlaced(Command[None]):
    """`unsold` are those of `order_ids` whose stock is to be sold: they are extended each time."""

    order_ids: tuple[int, ...]
    unsold: frozenset[int] = frozenset()


async def confirm_placed(cmd: ConfirmPlaced, uow: InventoryUow, *, times: HoldTimes) -> None:
    """Leaves holds that have ended, or whose orders are known to be placed, unchanged."""
    stock_batch, known = await lock_orders(uow, cmd.order_ids)
    extended = [
        held
        for held in known.values()
        if held.confirm_placed(stock_batch.now, times, is_unsold=held.order_id in cmd.unsold)
    ]
    await uow.reservations.save(extended)
