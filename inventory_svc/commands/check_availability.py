"""CheckAvailability: whether lines could be reserved now. Reserves nothing, so the result may be outdated at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chassis.mediator import Command
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.domain.lines import Line
from inventory_svc.domain.stock import StockLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """Whether all lines of an order could be held or backordered, and the stock of its items."""

    available: bool
    levels: tuple[StockLevel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAvailability(Command[Availability]):
    lines: tuple[Line, ...]


async def check_availability(batch: Sequence[CheckAvailability], uow: InventoryUow) -> list[Availability]:
    """Checks a batch of orders with two statements; each order as if it were the only one."""
    ids = {line.product_item_id for cmd in batch for line in cmd.lines}
    stock_batch = await uow.stocks.look(ids)
    levels = {level.product_item_id: level for level in await uow.stocks.levels(ids)}
    return [
        Availability(
            available=stock_batch.could_hold(cmd.lines),
            levels=tuple(levels[id] for id in sorted({line.product_item_id for line in cmd.lines}) if id in levels),
        )
        for cmd in batch
    ]
