"""ConfirmPlaced: extend the hold of an order that exists to the time that a payment takes: once, or until the sale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inventory_svc.commands.locking import lock_orders
from inventory_svc.commands.of_order import OfOrder
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.domain.reservation import HoldTimes


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmPlaced(OfOrder[None]):
    """`is_unsold`: its stock is to be sold, and the hold is extended each time."""

    is_unsold: bool = False


async def confirm_placed(batch: Sequence[ConfirmPlaced], uow: InventoryUow, *, times: HoldTimes) -> list[None]:
    """Leaves holds that have ended, or whose orders are known to be placed, unchanged."""
    stock_batch, known = await lock_orders(uow, [cmd.order_id for cmd in batch])
    unsold = {cmd.order_id for cmd in batch if cmd.is_unsold}
    extended = [
        held
        for held in known.values()
        if held.confirm_placed(stock_batch.now, times, is_unsold=held.order_id in unsold)
    ]
    await uow.reservations.save(extended)
    return [None] * len(batch)
