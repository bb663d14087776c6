"""Teams: administrators form them, tokens name them, and whoever is removed loses them at once."""

from __future__ import annotations

import asyncio
import uuid

import pytest
from easyorder.identity.v1 import (
    AddTeamMemberRequest,
    CreateTeamRequest,
    ListTeamsRequest,
    ListTeamsResponse,
    RemoveTeamMemberRequest,
)
from easyorder.identity.v1 import Team as TeamMessage

from chassis.errors import AppError, InvalidArgument, PermissionDenied, RequestIdReused, TokenRevoked
from chassis.grpc.clients import rpc
from chassis.mediator import Command
from identity_svc.api.identity import SERVICE
from identity_svc.commands import team_members
from identity_svc.commands.create_team import CreateTeam
from identity_svc.commands.team_members import AddTeamMember, RemoveTeamMember
from identity_svc.domain.errors import TeamFull, TeamNotFound, TooManyTeams, UserNotFound
from identity_svc.domain.team import Team
from identity_svc.queries.list_teams import ListTeams, list_teams
from tests.identity_svc.identity_app import IdentityApp, SqlBackend, caller_of, claims_of
from tests.identity_svc.identity_process import Process

CREATE_TEAM = rpc(SERVICE, "CreateTeam", CreateTeamRequest, TeamMessage)
ADD = rpc(SERVICE, "AddTeamMember", AddTeamMemberRequest, TeamMessage)
REMOVE = rpc(SERVICE, "RemoveTeamMember", RemoveTeamMemberRequest, TeamMessage)
LIST_TEAMS = rpc(SERVICE, "ListTeams", ListTeamsRequest, ListTeamsResponse)


async def test_a_person_in_two_teams_leaves_one(identity_app: IdentityApp) -> None:
    boss, ada = caller_of(await identity_app.administrator()), await identity_app.signed_in()
    teams = [await identity_app.send(CreateTeam(name=name), boss) for name in ("Buyers", "Sellers")]
    ada_id = str(ada.user.id)
    for team in teams:
        joined = await identity_app.send(AddTeamMember(team_id=str(team.id), user_id=ada_id), boss)
        assert joined.member_ids == (ada.user.id,)
        assert await identity_app.send(AddTeamMember(team_id=str(team.id), user_id=ada_id), boss) == joined
    member = await identity_app.refresh(ada.refresh_token)
    assert member is not None
    assert sorted(claims_of(member)["teams"]) == sorted(str(team.id) for team in teams)
    before = await identity_app.backend.revoked()

    leave = RemoveTeamMember(team_id=str(teams[0].id), user_id=ada_id)
    assert (await identity_app.send(leave, boss)).member_ids == ()
    assert (await identity_app.send(leave, boss)).member_ids == ()

    former = await identity_app.refresh(member.refresh_token)
    assert former is not None
    assert claims_of(former)["teams"] == [str(teams[1].id)]
    assert (await identity_app.backend.revoked())[len(before) :] == [f"{ada_id} before {former.user.version}"]
    assert claims_of(former)["ver"] == former.user.version


async def test_what_is_not_there(identity_app: IdentityApp) -> None:
    boss = await identity_app.administrator()
    team = await identity_app.send(CreateTeam(name="Buyers"), caller_of(boss))
    nobody, somebody = str(uuid.UUID(int=7)), str(boss.user.id)

    for kind in (AddTeamMember, RemoveTeamMember):
        wrong_team: Command[Team] = kind(team_id="no uuid", user_id=somebody)
        no_team: Command[Team] = kind(team_id=nobody, user_id=somebody)
        no_user: Command[Team] = kind(team_id=str(team.id), user_id=nobody)
        for command, error in ((wrong_team, TeamNotFound), (no_team, TeamNotFound), (no_user, UserNotFound)):
            with pytest.raises(error):
                await identity_app.send(command, caller_of(boss))
    with pytest.raises(InvalidArgument):
        await identity_app.send(CreateTeam(name="a\nb"), caller_of(boss))


async def test_the_bounds_hold_for_many_at_once(sql_backend: SqlBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(team_members, "MEMBERS_PER_TEAM", 2)
    monkeypatch.setattr(team_members, "TEAMS_PER_USER", 2)
    app = await IdentityApp.on(sql_backend)
    boss = caller_of(await app.administrator())
    teams = [await app.send(CreateTeam(name=f"Team {n}"), boss) for n in range(4)]
    people = [await app.register(f"user{n}@example.com") for n in range(5)]

    joins = [AddTeamMember(team_id=str(teams[0].id), user_id=str(person.id)) for person in people[1:]]
    full = await asyncio.gather(*(app.send(join, boss) for join in joins), return_exceptions=True)
    joins = [AddTeamMember(team_id=str(team.id), user_id=str(people[0].id)) for team in teams[1:]]
    many = await asyncio.gather(*(app.send(join, boss) for join in joins), return_exceptions=True)

    assert [type(one) for one in full if isinstance(one, AppError)] == [TeamFull] * 2
    assert [type(one) for one in many if isinstance(one, AppError)] == [TooManyTeams]


async def test_pages(identity_app: IdentityApp) -> None:
    boss = caller_of(await identity_app.administrator())
    made = []
    for n in range(3):
        made.append(await identity_app.send(CreateTeam(name=f"Team {n}"), boss))
        await identity_app.backend.pass_time(1)

    first = await list_teams(ListTeams(page_size=2), open_stores=identity_app.backend.open_stores)
    rest = ListTeams(page_size=2, page_token=first.next_page_token)
    last = await list_teams(rest, open_stores=identity_app.backend.open_stores)

    assert [*first.teams, *last.teams] == made
    assert last.next_page_token == ""


@pytest.mark.reaches("TEAM_NOT_FOUND")
@pytest.mark.reaches("TEAM_FULL")
@pytest.mark.reaches("TOO_MANY_TEAMS")
async def test_over_grpc(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = await process.register()
    boss = process.client((await process.login_as_administrator()).access_token)
    request = CreateTeamRequest(team=TeamMessage(name="Buyers"), request_id="r1")
    team = await boss.call(CREATE_TEAM, request)

    assert await boss.call(CREATE_TEAM, request) == team
    with pytest.raises(RequestIdReused):
        await boss.call(CREATE_TEAM, CreateTeamRequest(team=TeamMessage(name="Sellers"), request_id="r1"))
    joined = await boss.call(ADD, AddTeamMemberRequest(team_id=team.id, user_id=ada.id))
    assert (await boss.call(LIST_TEAMS, ListTeamsRequest())).teams == [joined]
    tokens = await process.login()
    me = await process.me(tokens.access_token)
    assert me.team_ids == [team.id]
    with pytest.raises(PermissionDenied):
        await process.client(tokens.access_token).call(LIST_TEAMS, ListTeamsRequest())
    await boss.call(REMOVE, RemoveTeamMemberRequest(team_id=team.id, user_id=ada.id))
    with pytest.raises(TokenRevoked):
        await process.me(tokens.access_token)
    assert (await process.me((await process.refresh(tokens.refresh_token)).access_token)).team_ids == []

    with pytest.raises(TeamNotFound):
        await boss.call(ADD, AddTeamMemberRequest(team_id=ada.id, user_id=ada.id))
    monkeypatch.setattr(team_members, "TEAMS_PER_USER", 0)
    with pytest.raises(TooManyTeams):
        await boss.call(ADD, AddTeamMemberRequest(team_id=team.id, user_id=ada.id))
    monkeypatch.setattr(team_members, "MEMBERS_PER_TEAM", 0)
    with pytest.raises(TeamFull):
        await boss.call(ADD, AddTeamMemberRequest(team_id=team.id, user_id=ada.id))
