"""The audit says what is changed of users, teams and keys; and refusals say why."""

from __future__ import annotations

from datetime import timedelta
from inspect import signature
from typing import Any

import pytest

from chassis.context import ANONYMOUS
from chassis.errors import InvalidArgument
from chassis.mediator import Command
from identity_svc.commands import team_members
from identity_svc.commands.change_password import ChangePassword
from identity_svc.commands.create_team import CreateTeam
from identity_svc.commands.disable_user import DisableUser, EnableUser
from identity_svc.commands.refresh_token import RefreshToken
from identity_svc.commands.request_email_verification import RequestEmailVerification
from identity_svc.commands.rotate_signing_key import RotateSigningKey
from identity_svc.commands.seed_administrator import SeedAdministrator, Seeding
from identity_svc.commands.set_user_roles import SetUserRoles
from identity_svc.commands.team_members import AddTeamMember, RemoveTeamMember
from identity_svc.commands.update_user import UpdateUser
from identity_svc.domain import errors
from identity_svc.domain.errors import TeamFull, TooManyTeams
from identity_svc.domain.password import Password
from identity_svc.domain.session import ClientInfo
from identity_svc.domain.team import Team
from identity_svc.domain.user import Role
from tests.audited import audited, changes_of
from tests.identity_svc.identity_app import (
    HOME,
    PASSWORD,
    SETTINGS,
    IdentityApp,
    InMemoryBackend,
    caller_of,
    claims_of,
)
from tests.identity_svc.mail_app import MailApp


async def test_what_is_changed_of_a_user(identity_app: IdentityApp) -> None:
    boss, ada = caller_of(await identity_app.administrator()), await identity_app.signed_in()
    id = str(ada.user.id)

    async def changes(command: Command[Any]) -> object:
        return await changes_of(identity_app.mediator.send(command), boss)

    assert await changes(SetUserRoles(id=id, roles=frozenset(Role))) == {"roles": ('["USER"]', '["ADMIN","USER"]')}
    assert await changes(DisableUser(id=id)) == {"disabled": ("false", "true")}
    assert await changes(DisableUser(id=id)) == {}
    assert await changes(EnableUser(id=id)) == {"disabled": ("true", "false")}
    renamed = UpdateUser(id=id, changed={"display_name"}, display_name="Ada L.", email="other@example.com")
    assert await changes(renamed) == {"display_name": ('"Ada"', '"Ada L."')}


async def test_who_joins_and_leaves_a_team(identity_app: IdentityApp) -> None:
    boss, ada = caller_of(await identity_app.administrator()), await identity_app.signed_in()
    create: Command[Any] = CreateTeam(name="Buyers")
    created = await changes_of(identity_app.mediator.send(create), boss)
    assert created["name"] == ("", '"Buyers"')
    team = await identity_app.send(CreateTeam(name="Sellers"), boss)
    team_id, user_id = str(team.id), str(ada.user.id)
    join: Command[Any] = AddTeamMember(team_id=team_id, user_id=user_id)
    leave: Command[Any] = RemoveTeamMember(team_id=team_id, user_id=user_id)

    joined = await changes_of(identity_app.mediator.send(join), boss)
    left = await changes_of(identity_app.mediator.send(leave), boss)

    assert joined == {"member_ids": ("[]", f'["{ada.user.id}"]')}
    assert left == {"member_ids": (f'["{ada.user.id}"]', "[]")}


async def test_a_rotation_says_from_when_on_the_new_key_signs() -> None:
    backend = InMemoryBackend()
    app, now = await IdentityApp.on(backend), backend.clock.now()
    backend.state.audit.clear()

    rotated = await app.mediator.send(RotateSigningKey())
    withdrawn = await app.mediator.send(RotateSigningKey(withdraw=True))

    assert rotated is not None
    assert withdrawn is not None
    ahead = now + timedelta(seconds=SETTINGS.signing_key_ahead_s)
    seen = [(entry.action, entry.resource, entry.outcome, entry.detail, entry.time) for entry in backend.state.audit]
    assert seen == [
        ("RotateSigningKey", rotated.public.kid, "OK", f"signs from {ahead.isoformat()}", now),
        ("RotateSigningKey", withdrawn.public.kid, "OK", "others withdrawn", now),
    ]


async def test_the_withdrawing_key_signs_at_once(identity_app: IdentityApp) -> None:
    ahead = await identity_app.mediator.send(RotateSigningKey())
    assert ahead is not None
    assert await identity_app.kid() != ahead.public.kid

    withdrawn = await identity_app.mediator.send(RotateSigningKey(withdraw=True))

    assert withdrawn is not None
    assert await identity_app.kid() == withdrawn.public.kid


async def test_a_user_s_own_changes_and_stolen_tokens_are_audited(identity_app: IdentityApp) -> None:
    ada = await identity_app.signed_in()
    change: Command[Any] = UpdateUser(
        id="me",
        changed={"email", "display_name"},
        email="new@example.com",
        display_name="Ada L.",
        current_password=Password(PASSWORD),
        place=HOME,
    )

    seen = await audited(identity_app.mediator.send(change), caller_of(ada))
    assert seen.detail == "email ada@example.com → new@example.com; displayName Ada → Ada L."

    client = ClientInfo(address="198.51.100.7", user_agent="another browser")
    assert await identity_app.refresh(ada.refresh_token) is not None
    stolen: Command[Any] = RefreshToken(token=ada.refresh_token, client=client)
    seen = await audited(identity_app.mediator.send(stolen), ANONYMOUS)
    session = claims_of(ada)["sid"]
    assert (seen.resource, seen.detail) == (str(ada.user.id), f"used again, which ended session {session}")


async def test_the_only_administrator_may_name_the_same_roles_again(identity_app: IdentityApp) -> None:
    boss = await identity_app.administrator()

    kept = await identity_app.send(SetUserRoles(id=str(boss.user.id), roles=frozenset(Role)), caller_of(boss))

    assert kept.roles == frozenset(Role)


async def test_a_disabled_user_who_has_a_token_changes_nothing(identity_app: IdentityApp) -> None:
    boss, ada = caller_of(await identity_app.administrator()), await identity_app.signed_in()
    await identity_app.send(DisableUser(id=str(ada.user.id)), boss)
    right, wrong = Password(PASSWORD), Password("wrong password 1")

    for current in (right, wrong):
        own = ChangePassword(id="me", current_password=current, new_password=Password("a passphrase 2"), place=HOME)
        assert await identity_app.send(own, caller_of(ada)) is None
        moved = UpdateUser(id="me", changed={"email"}, email="new@example.com", current_password=current, place=HOME)
        assert await identity_app.send(moved, caller_of(ada)) is None

    assert await identity_app.backend.counted() == 0
    await identity_app.send(EnableUser(id=str(ada.user.id)), boss)
    assert await identity_app.login() is not None


async def test_the_field_of_a_missing_password_is_named(identity_app: IdentityApp) -> None:
    ada = caller_of(await identity_app.signed_in())
    password = ChangePassword(id="me", current_password=Password(""), new_password=Password("a passphrase 2"))
    address = UpdateUser(id="me", changed={"email"}, email="new@example.com")

    refusals: list[tuple[Command[Any], str]] = [(password, "currentPassword"), (address, "user.currentPassword")]
    for command, field in refusals:
        with pytest.raises(InvalidArgument, match=f"{field} is required for another") as refused:
            await identity_app.send(command, ada)
        assert [violation.field for violation in refused.value.violations] == [field]


async def test_an_administrator_has_the_address_of_somebody_else_verified(identity_app: IdentityApp) -> None:
    boss, ada = caller_of(await identity_app.administrator()), await identity_app.register()
    mails = MailApp(identity_app)

    await identity_app.send(RequestEmailVerification(id=str(ada.id)), boss)
    await mails.deliver()

    assert [mail.to for mail in mails.sent] == ["ada@example.com"]


async def test_teams_and_memberships_are_bounded(identity_app: IdentityApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(team_members, "MEMBERS_PER_TEAM", 2)
    monkeypatch.setattr(team_members, "TEAMS_PER_USER", 2)
    boss = caller_of(await identity_app.administrator())
    teams = [str((await identity_app.send(CreateTeam(name=f"Team {n}"), boss)).id) for n in range(3)]
    people = [str((await identity_app.register(f"user{n}@example.com")).id) for n in range(3)]

    async def join(team: str, person: str) -> Team:
        return await identity_app.send(AddTeamMember(team_id=team, user_id=person), boss)

    for person in people[:2]:
        await join(teams[0], person)
    with pytest.raises(TeamFull, match="2"):
        await join(teams[0], people[2])
    await join(teams[1], people[0])
    with pytest.raises(TooManyTeams, match="2"):
        await join(teams[2], people[0])

    assert len((await join(teams[0], people[0])).member_ids) == 2  # a member already


async def test_a_key_that_withdraws_the_others_signs_at_once(identity_app: IdentityApp) -> None:
    withdrawn = await identity_app.mediator.send(RotateSigningKey(withdraw=True))

    assert withdrawn is not None
    assert withdrawn.signs_from == withdrawn.created_on == identity_app.backend.clock.now()
    # As JWKs have it (RFC 7515): without padding.
    assert "=" not in withdrawn.public.kid + withdrawn.public.x_base64url


async def test_fields_that_are_not_named_stay(identity_app: IdentityApp) -> None:
    ada = await identity_app.signed_in()
    noted = UpdateUser(id="me", changed={"metadata"}, metadata={"plan": "gold"})
    assert await identity_app.send(noted, caller_of(ada)) is not None

    renamed = await identity_app.send(UpdateUser(id="me", changed={"display_name"}, display_name="A."), caller_of(ada))

    assert renamed is not None
    assert (renamed.metadata, renamed.email, renamed.display_name) == ({"plan": "gold"}, ada.user.email, "A.")


async def test_what_is_wrong_is_named_by_its_field(identity_app: IdentityApp) -> None:
    ada = caller_of(await identity_app.signed_in())
    refusals: list[tuple[Command[Any], str]] = [
        (
            UpdateUser(id="me", changed={"email"}, email="a\nb@example.com", current_password=Password(PASSWORD)),
            "user.email",
        ),
        (UpdateUser(id="me", changed={"display_name"}, display_name="A\nB"), "user.displayName"),
        (CreateTeam(name="A\nB"), "team.name"),
    ]
    for command, field in refusals:
        with pytest.raises(InvalidArgument) as refused:
            await identity_app.send(command, ada)
        assert [violation.field for violation in refused.value.violations] == [field]


async def test_an_address_stays_to_be_verified_when_the_password_changes(identity_app: IdentityApp) -> None:
    ada, mails = await identity_app.signed_in(), MailApp(identity_app)
    await mails.request_verification(ada.user)
    token = await mails.token()
    own = ChangePassword(
        id="me", current_password=Password(PASSWORD), new_password=Password("a passphrase 2"), place=HOME
    )
    assert await identity_app.send(own, caller_of(ada)) is not None

    await mails.verify(token)

    assert (await identity_app.user("me", caller=caller_of(ada))).is_email_verified


async def test_the_address_of_a_user_makes_no_administrator(identity_app: IdentityApp) -> None:
    await identity_app.register("boss@example.com")
    password = Password(PASSWORD)

    seeded = await identity_app.mediator.send(
        SeedAdministrator(email="boss@example.com", password=password, well_known=password)
    )

    assert seeded is Seeding.NO_ADMINISTRATOR


def test_refusals_begin_like_parts_of_a_sentence_and_do_not_shout() -> None:
    kinds: list[Any] = [kind for kind in vars(errors).values() if getattr(kind, "__module__", "") == errors.__name__]
    found = [kind() for kind in kinds if isinstance(kind, type) and not signature(kind).parameters]

    assert len(found) >= 7
    for error in found:
        assert error.message[0].islower()
        assert error.message.endswith(tuple("abcdefghijklmnopqrstuvwxyz"))
