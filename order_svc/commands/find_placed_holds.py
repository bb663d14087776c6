"""FindPlacedHolds: which holds belong to an order, so that inventory_svc releases those of orders never placed."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.mediator import Command
from order_svc.commands.uow import OrderUow


@dataclass(frozen=True, slots=True, kw_only=True)
class FindPlacedHolds(Command[tuple[int, ...]]):
    """`order_ids` are the ids under which stock is held."""

    order_ids: tuple[int, ...]


async def find_placed_holds(cmd: FindPlacedHolds, uow: OrderUow) -> tuple[int, ...]:
    """Finds orders in any status: stopping an order also releases its stock."""
    return tuple(sorted(await uow.orders.placed_holds(cmd.order_ids)))
