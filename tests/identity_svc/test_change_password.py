"""ChangePassword needs the current password, and ends all other sessions."""

from __future__ import annotations

import pytest

from chassis.errors import InvalidArgument
from identity_svc.commands.change_password import ChangePassword
from identity_svc.domain.errors import AccountLocked, UserNotFound, WeakPassword
from identity_svc.domain.password import Password, PasswordHash
from tests.identity_svc.identity_app import HOME, PASSWORD, SETTINGS, IdentityApp, SqlBackend, caller_of

NEW = "another long passphrase"


def change(id: str = "me", *, current: str = PASSWORD, new: str = NEW, place: str = HOME) -> ChangePassword:
    return ChangePassword(id=id, current_password=Password(current), new_password=Password(new), place=place)


async def test_the_new_password_counts_and_other_sessions_end(identity_app: IdentityApp) -> None:
    here, elsewhere = await identity_app.signed_in(), await identity_app.signed_in()
    bob = await identity_app.signed_in("bob@example.com")

    changed = await identity_app.send(change(), caller_of(here))

    assert changed is not None
    assert changed.id == here.user.id
    assert await identity_app.login(password=NEW) is not None
    assert await identity_app.login() is None
    assert await identity_app.refresh(elsewhere.refresh_token) is None
    assert await identity_app.refresh(here.refresh_token) is not None
    assert await identity_app.refresh(bob.refresh_token) is not None


@pytest.mark.parametrize("current", ["", "wrong password 1"])
async def test_not_without_the_current_one(identity_app: IdentityApp, current: str) -> None:
    here, elsewhere = await identity_app.signed_in(), await identity_app.signed_in()

    if current:
        assert await identity_app.send(change(current=current), caller_of(here)) is None
    else:
        with pytest.raises(InvalidArgument):
            await identity_app.send(change(current=current), caller_of(here))

    assert await identity_app.login() is not None
    assert await identity_app.refresh(elsewhere.refresh_token) is not None


async def test_whoever_has_a_token_cannot_guess_it(identity_app: IdentityApp) -> None:
    ada = await identity_app.signed_in()
    for _ in range(SETTINGS.lockout_max_failures):
        assert await identity_app.send(change(current="wrong password 1", place="198.51.100.1"), caller_of(ada)) is None

    with pytest.raises(AccountLocked):
        await identity_app.send(change(place="198.51.100.1"), caller_of(ada))

    assert await identity_app.login() is not None


async def test_a_weak_one_is_refused(identity_app: IdentityApp) -> None:
    ada = await identity_app.signed_in()

    with pytest.raises(WeakPassword) as weak:
        await identity_app.send(change(new="short"), caller_of(ada))

    assert {fault.field for fault in weak.value.violations} == {"newPassword"}
    assert await identity_app.login() is not None


async def test_an_administrator_sets_anybodys_and_ends_all_their_sessions(identity_app: IdentityApp) -> None:
    boss, ada = await identity_app.administrator(), await identity_app.signed_in()

    assert await identity_app.send(change(str(ada.user.id), current=""), caller_of(boss)) is not None

    assert await identity_app.login(password=NEW) is not None
    assert await identity_app.refresh(ada.refresh_token) is None
    assert await identity_app.refresh(boss.refresh_token) is not None
    with pytest.raises(InvalidArgument):
        await identity_app.send(change(current=""), caller_of(boss))  # their own needs the current one


async def test_nobody_else_does(identity_app: IdentityApp) -> None:
    ada, bob = await identity_app.signed_in(), await identity_app.signed_in("bob@example.com")

    with pytest.raises(UserNotFound):
        await identity_app.send(change(str(ada.user.id)), caller_of(bob))

    assert await identity_app.login() is not None


async def test_of_two_who_know_the_password_one_changes_it(
    sql_backend: SqlBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity_app = await IdentityApp.on(sql_backend)
    ada = await identity_app.signed_in()
    verify = identity_app.passwords.verify

    async def verify_late(password: Password, known: PasswordHash | None) -> bool:
        monkeypatch.undo()
        assert await identity_app.send(change(new="the first to change it"), caller_of(ada)) is not None
        return await verify(password, known)

    monkeypatch.setattr(identity_app.passwords, "verify", verify_late)

    assert await identity_app.send(change(new="the second to change it"), caller_of(ada)) is None

    assert await identity_app.login(password="the first to change it") is not None
