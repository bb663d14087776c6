"""UpdateIncentive: change fields of an incentive; redemptions so far keep their terms. Equal fields change nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chassis.audit import note_changes
from chassis.errors import EtagMismatch
from chassis.mediator import Command
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.domain.errors import CodeTaken
from inventory_svc.domain.incentive import Incentive


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateIncentive(Command[Incentive]):
    """Sets the `fields` of an incentive, names of attributes, to those of `incentive`.

    `etag` is that of the version that was read; without it, any version is changed.
    """

    incentive_id: int
    incentive: Incentive
    fields: frozenset[str]
    etag: str = ""


async def update_incentive(cmd: UpdateIncentive, uow: InventoryUow) -> Incentive:
    """Raises IncentiveNotFound, EtagMismatch, CodeTaken, or InvalidArgument naming every field at fault."""
    present = await uow.incentives.get(cmd.incentive_id)
    if cmd.etag and cmd.etag != str(present.revision):
        raise EtagMismatch(
            f"incentive {present.id} was changed meanwhile; read it again, then decide",
            metadata={"etag": str(present.revision)},
        )
    named = {name: getattr(cmd.incentive, name) for name in cmd.fields}
    wanted = replace(present, **named)
    wanted.check()
    if wanted == present:
        return present
    if wanted.code != present.code and await uow.incentives.id_of(wanted.code) not in (None, wanted.id):
        raise CodeTaken.of(wanted.code)
    changed = await uow.incentives.replace(replace(wanted, revision=present.revision + 1))
    note_changes(present, changed)
    return changed
