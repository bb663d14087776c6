"""GetLoyaltyAccount: a shopper's points, summed over the current reservations on the write side."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.mediator import Command
from inventory_svc.commands.uow import InventoryUow


@dataclass(frozen=True, slots=True, kw_only=True)
class GetLoyaltyAccount(Command[int]):
    user_id: str


async def get_loyalty_account(cmd: GetLoyaltyAccount, uow: InventoryUow) -> int:
    return max(0, await uow.incentives.points_of(cmd.user_id))
