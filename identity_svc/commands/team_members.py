"""AddTeamMember, RemoveTeamMember: who belongs to a team; whoever leaves it loses it at once."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chassis.audit import note_changes
from chassis.mediator import Command
from identity_svc.commands.uow import IdentityUow
from identity_svc.domain.errors import TeamFull, TeamNotFound, TooManyTeams, UserNotFound
from identity_svc.domain.team import MEMBERS_PER_TEAM, TEAMS_PER_USER, Team, team_id_of
from identity_svc.domain.user import User, user_id_of


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTeamMember(Command[Team]):
    team_id: str
    user_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveTeamMember(Command[Team]):
    team_id: str
    user_id: str


async def add_team_member(cmd: AddTeamMember, uow: IdentityUow) -> Team:
    """Raises TeamNotFound, UserNotFound, TeamFull or TooManyTeams. A member stays one."""
    team, user = await _lock(cmd, uow)
    if user.id in team.member_ids:
        return team
    if len(team.member_ids) >= MEMBERS_PER_TEAM:
        raise TeamFull(MEMBERS_PER_TEAM)
    if len(user.team_ids) >= TEAMS_PER_USER:
        raise TooManyTeams(TEAMS_PER_USER)
    await uow.teams.add_member(team.id, user.id)
    # The user has another version now; the team is in their next token.
    await uow.users.put(user)
    changed = replace(team, member_ids=tuple(sorted({*team.member_ids, user.id})))
    note_changes(team, changed)
    return changed


async def remove_team_member(cmd: RemoveTeamMember, uow: IdentityUow) -> Team:
    """Raises TeamNotFound or UserNotFound. Whoever is no member stays none."""
    team, user = await _lock(cmd, uow)
    if user.id not in team.member_ids:
        return team
    await uow.teams.remove_member(team.id, user.id)
    await uow.users.revoke_tokens(await uow.users.put(user))
    changed = replace(team, member_ids=tuple(id for id in team.member_ids if id != user.id))
    note_changes(team, changed)
    return changed


async def _lock(cmd: AddTeamMember | RemoveTeamMember, uow: IdentityUow) -> tuple[Team, User]:
    """The team first, always."""
    team = await uow.teams.lock(team_id_of(cmd.team_id))
    if team is None:
        raise TeamNotFound
    user = await uow.users.lock(user_id_of(cmd.user_id))
    if user is None:
        raise UserNotFound
    return team, user
