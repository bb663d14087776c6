"""FindPlacedHolds: which holds belong to an order, so that inventory_svc releases those of orders never placed."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.mediator import Command
from order_svc.commands.uow import OrderUow


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedHolds:
    """`placed` belong to an order; `unsold` are those of them that are to be charged, sold or merged, and stay held."""

    placed: tuple[int, ...]
    unsold: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindPlacedHolds(Command[PlacedHolds]):
    """`order_ids` are the ids under which stock is held."""

    order_ids: tuple[int, ...]


async def find_placed_holds(cmd: FindPlacedHolds, uow: OrderUow) -> PlacedHolds:
    """Finds orders in any status: stopping an order also releases its stock."""
    placed = await uow.orders.placed_holds(cmd.order_ids)
    unsold = await uow.orders.unsold_holds(cmd.order_ids)
    return PlacedHolds(placed=tuple(sorted(placed)), unsold=tuple(sorted(unsold)))
