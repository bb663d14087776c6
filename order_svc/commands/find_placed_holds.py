"""FindPlacedHolds: which holds belong to an order, so that inventory_svc gives back those of orders that never came."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.mediator import Command
from order_svc.commands.uow import OrderUow


@dataclass(frozen=True, slots=True, kw_only=True)
class FindPlacedHolds(Command[tuple[int, ...]]):
    """The order ids under which stock is held."""

    order_ids: tuple[int, ...]


async def find_placed_holds(cmd: FindPlacedHolds, uow: OrderUow) -> tuple[int, ...]:
    """Whatever became of those orders: what stops one gives its stock back too."""
    return tuple(sorted(await uow.orders.placed_holds(cmd.order_ids)))
