"""DeactivateIncentive: end an incentive; orders that have used it keep their discount."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chassis.audit import note_changes
from chassis.mediator import Command
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.domain.incentive import Incentive


@dataclass(frozen=True, slots=True, kw_only=True)
class DeactivateIncentive(Command[Incentive]):
    incentive_id: int


async def deactivate_incentive(cmd: DeactivateIncentive, uow: InventoryUow) -> Incentive:
    """Idempotent. Raises IncentiveNotFound."""
    present = await uow.incentives.get(cmd.incentive_id)
    if not present.active:
        return present
    changed = await uow.incentives.replace(replace(present, active=False, revision=present.revision + 1))
    note_changes(present, changed)
    return changed
