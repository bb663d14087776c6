"""CreateIncentive: add a discount code."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.audit import note_changes
from chassis.mediator import Command
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.domain.errors import CodeTaken
from inventory_svc.domain.incentive import Incentive


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateIncentive(Command[Incentive]):
    incentive: Incentive


async def create_incentive(cmd: CreateIncentive, uow: InventoryUow) -> Incentive:
    """Raises InvalidArgument naming every field at fault, or CodeTaken."""
    cmd.incentive.check()
    if await uow.incentives.id_of(cmd.incentive.code) is not None:
        raise CodeTaken.of(cmd.incentive.code)
    added = await uow.incentives.add(cmd.incentive)
    note_changes(None, added)
    return added
