"""Administrators give and take roles and access; somebody always stays who runs the shop."""

from __future__ import annotations

import asyncio
import uuid

import pytest

from chassis.errors import AppError, PermissionDenied
from chassis.mediator import Command
from identity_svc.commands.disable_user import DisableUser, EnableUser
from identity_svc.commands.login import SignedIn
from identity_svc.commands.set_user_roles import SetUserRoles
from identity_svc.domain.errors import LastAdministrator, UserNotFound
from identity_svc.domain.password import Password, PasswordHash
from identity_svc.domain.user import Role, User
from tests.identity_svc.identity_app import PASSWORD, IdentityApp, SqlBackend, caller_of, claims_of

BOTH, USER = frozenset(Role), frozenset({Role.USER})


def demote(person: SignedIn) -> SetUserRoles:
    return SetUserRoles(id=str(person.user.id), roles=USER)


def disable(person: SignedIn) -> DisableUser:
    return DisableUser(id=str(person.user.id))


async def test_roles_are_replaced_and_count_at_the_next_token(identity_app: IdentityApp) -> None:
    boss, ada = await identity_app.administrator(), await identity_app.signed_in()

    promoted = await identity_app.send(SetUserRoles(id=str(ada.user.id), roles=BOTH), caller_of(boss))

    assert promoted.roles == BOTH
    assert promoted.etag != ada.user.etag
    refreshed = await identity_app.refresh(ada.refresh_token)
    assert refreshed is not None
    assert claims_of(refreshed)["roles"] == ["ADMIN", "USER"]
    demoted = await identity_app.send(demote(ada), caller_of(boss))
    assert demoted.roles == USER
    assert await identity_app.send(demote(ada), caller_of(boss)) == demoted  # a repeat changes nothing


async def test_a_disabled_user_has_no_sessions_and_gets_none_until_enabled(identity_app: IdentityApp) -> None:
    boss, ada = await identity_app.administrator(), await identity_app.signed_in()

    disabled = await identity_app.send(disable(ada), caller_of(boss))

    assert disabled.disabled
    assert await identity_app.send(disable(ada), caller_of(boss)) == disabled
    assert await identity_app.login() is None
    enabled = await identity_app.send(EnableUser(id=str(ada.user.id)), caller_of(boss))
    assert not enabled.disabled
    assert await identity_app.send(EnableUser(id=str(ada.user.id)), caller_of(boss)) == enabled
    assert await identity_app.login() is not None
    assert await identity_app.refresh(ada.refresh_token) is None


@pytest.mark.parametrize("take_away", [demote, disable])
async def test_the_last_administrator_stays(identity_app: IdentityApp, take_away: object) -> None:
    boss, other = await identity_app.administrator(), await identity_app.administrator("other@example.com")
    command: Command[User] = take_away(boss)  # type: ignore[operator]
    await identity_app.send(disable(other), caller_of(boss))  # counts no more

    with pytest.raises(LastAdministrator):
        await identity_app.send(command, caller_of(boss))

    assert (await identity_app.user("me", caller=caller_of(boss))).roles == BOTH
    assert await identity_app.login("boss@example.com") is not None
    await identity_app.send(EnableUser(id=str(other.user.id)), caller_of(boss))
    assert await identity_app.send(command, caller_of(boss))


@pytest.mark.parametrize("id", [str(uuid.UUID(int=7)), "no uuid"])
async def test_nobody(identity_app: IdentityApp, id: str) -> None:
    boss = caller_of(await identity_app.administrator())

    commands: list[Command[User]] = [SetUserRoles(id=id, roles=BOTH), DisableUser(id=id), EnableUser(id=id)]
    for command in commands:
        with pytest.raises(UserNotFound):
            await identity_app.send(command, boss)


@pytest.mark.parametrize("take_away", [demote, disable])
async def test_of_two_who_take_the_role_of_each_other_one_stays(sql_backend: SqlBackend, take_away: object) -> None:
    """On two replicas, ten times at once."""
    replicas = [await IdentityApp.on(sql_backend) for _ in range(2)]
    boss, other = await replicas[0].administrator(), await replicas[0].administrator("other@example.com")

    def attack(attacker: SignedIn, victim: SignedIn, app: IdentityApp) -> asyncio.Future[User]:
        command: Command[User] = take_away(victim)  # type: ignore[operator]
        return asyncio.ensure_future(app.send(command, caller_of(attacker)))

    attacks = [
        attack(*pair, app) for _ in range(5) for pair, app in zip([(boss, other), (other, boss)], replicas, strict=True)
    ]
    results = await asyncio.gather(*attacks, return_exceptions=True)

    left = [user for user in (await replicas[0].users()).users if user.roles == BOTH and not user.disabled]
    assert len(left) == 1
    assert {type(result) for result in results if isinstance(result, AppError)} == {PermissionDenied}


async def test_nobody_signs_in_while_being_disabled(sql_backend: SqlBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    identity_app = await IdentityApp.on(sql_backend)
    boss, ada = await identity_app.administrator(), await identity_app.signed_in()
    verify = identity_app.passwords.verify

    async def verify_late(password: Password, known: PasswordHash | None) -> bool:
        monkeypatch.undo()
        await identity_app.send(disable(ada), caller_of(boss))
        return await verify(password, known)

    monkeypatch.setattr(identity_app.passwords, "verify", verify_late)

    assert await identity_app.login(password=PASSWORD) is None
