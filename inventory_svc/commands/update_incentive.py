"""UpdateIncentive: replace an incentive; redemptions so far keep their terms."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chassis.errors import EtagMismatch
from chassis.mediator import Command
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.domain.errors import CodeTaken
from inventory_svc.domain.incentive import Incentive


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateIncentive(Command[Incentive]):
    """`etag` is that of the version that was read; an empty one replaces any version."""

    incentive: Incentive
    etag: str


async def update_incentive(cmd: UpdateIncentive, uow: InventoryUow) -> Incentive:
    """Raises IncentiveNotFound, EtagMismatch, CodeTaken, or InvalidArgument naming every field at fault."""
    present = await uow.incentives.get(cmd.incentive.id)
    if cmd.etag and cmd.etag != str(present.revision):
        raise EtagMismatch(f"incentive {present.id} was changed meanwhile; read it again")
    wanted = replace(cmd.incentive, uses=present.uses, active=present.active, revision=present.revision + 1)
    wanted.check()
    if wanted.code != present.code and await uow.incentives.id_of(wanted.code) not in (None, wanted.id):
        raise CodeTaken.of(wanted.code)
    await uow.incentives.replace(wanted)
    return wanted
