"""CreateTeam: a team without members."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.audit import note_changes
from chassis.clock import Clock
from chassis.mediator import Command
from identity_svc.commands.uow import IdentityUow
from identity_svc.domain.team import Team


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateTeam(Command[Team]):
    name: str


async def create_team(cmd: CreateTeam, uow: IdentityUow, *, clock: Clock) -> Team:
    """Raises InvalidArgument."""
    team = Team.new(name=cmd.name, at=clock.now())
    await uow.teams.add(team)
    note_changes(None, team)
    return team
