"""UpdateUser changes names and addresses: one's own, or anybody's for administrators."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from chassis.context import Caller
from chassis.errors import EtagMismatch, InvalidArgument
from identity_svc.commands.update_user import UpdateUser
from identity_svc.domain.errors import AccountLocked, EmailTaken, UserNotFound
from identity_svc.domain.password import Password
from identity_svc.domain.user import User
from tests.identity_svc.identity_app import HOME, PASSWORD, SETTINGS, IdentityApp, SqlBackend, caller_of

NEW = "ada.lovelace@example.com"


def update(id: str = "me", *, password: str = "", place: str = HOME, **changes: Any) -> UpdateUser:
    fields = {name: value for name, value in changes.items() if name != "etag"}
    return UpdateUser(id=id, changed=fields.keys(), current_password=Password(password), place=place, **changes)


async def present(identity_app: IdentityApp, user: User) -> User:
    return await identity_app.user(str(user.id), caller=Caller.person("boss", admin=True))


async def test_ones_own_name(identity_app: IdentityApp) -> None:
    ada = await identity_app.signed_in()

    changed = await identity_app.send(update(display_name=" Ada Lovelace "), caller_of(ada))

    assert changed is not None
    assert (changed.display_name, changed.email) == ("Ada Lovelace", "ada@example.com")
    assert changed.etag != ada.user.etag
    assert await present(identity_app, ada.user) == changed


async def test_ones_own_address_with_the_password(identity_app: IdentityApp) -> None:
    ada = await identity_app.signed_in()

    changed = await identity_app.send(update(email=NEW.upper(), password=PASSWORD), caller_of(ada))

    assert changed is not None
    assert changed.email == NEW
    assert await identity_app.login(NEW) is not None
    assert await identity_app.login("ada@example.com") is None


@pytest.mark.parametrize("password", ["", "wrong password 1"])
async def test_not_without_it(identity_app: IdentityApp, password: str) -> None:
    ada = await identity_app.signed_in()

    if password:
        assert await identity_app.send(update(email=NEW, password=password), caller_of(ada)) is None
    else:
        with pytest.raises(InvalidArgument) as refused:
            await identity_app.send(update(email=NEW), caller_of(ada))
        assert [fault.field for fault in refused.value.violations] == ["user.currentPassword"]

    assert await present(identity_app, ada.user) == ada.user


async def test_whoever_has_a_token_cannot_guess_the_password(identity_app: IdentityApp) -> None:
    ada = await identity_app.signed_in()
    guess = update(email=NEW, password="wrong password 1", place="198.51.100.1")
    for _ in range(SETTINGS.lockout_max_failures):
        assert await identity_app.send(guess, caller_of(ada)) is None
    compared = identity_app.passwords.compared

    with pytest.raises(AccountLocked):
        await identity_app.send(update(email=NEW, password=PASSWORD, place="198.51.100.1"), caller_of(ada))

    assert identity_app.passwords.compared == compared
    assert await present(identity_app, ada.user) == ada.user


async def test_metadata_is_replaced_as_a_whole(identity_app: IdentityApp) -> None:
    ada = await identity_app.signed_in()
    boss = caller_of(await identity_app.administrator())

    for metadata in ({"list": "trade", "vat": "1"}, {"list": "retail"}, {}):
        changed = await identity_app.send(update(str(ada.user.id), metadata=metadata), boss)
        assert changed is not None
        assert changed.metadata == metadata
        assert await present(identity_app, ada.user) == changed
    with pytest.raises(InvalidArgument) as refused:
        await identity_app.send(update(str(ada.user.id), metadata={"a b": ""}), boss)
    assert [fault.field for fault in refused.value.violations] == ["user.metadata"]


async def test_an_administrator_changes_anybody(identity_app: IdentityApp) -> None:
    boss, ada = await identity_app.administrator(), await identity_app.signed_in()

    changed = await identity_app.send(update(str(ada.user.id), email=NEW, display_name="A."), caller_of(boss))

    assert changed is not None
    assert (changed.email, changed.display_name) == (NEW, "A.")
    assert (changed.roles, changed.disabled) == (ada.user.roles, ada.user.disabled)
    with pytest.raises(InvalidArgument):
        await identity_app.send(update(email=NEW), caller_of(boss))  # needs their own password for their own address


async def test_nobody_else_does(identity_app: IdentityApp) -> None:
    ada, bob = await identity_app.signed_in(), await identity_app.signed_in("bob@example.com")

    with pytest.raises(UserNotFound):
        await identity_app.send(update(str(ada.user.id), display_name="B."), caller_of(bob))

    assert await present(identity_app, ada.user) == ada.user


async def test_an_address_in_use(identity_app: IdentityApp) -> None:
    ada = await identity_app.signed_in()
    await identity_app.register(NEW)

    with pytest.raises(EmailTaken):
        await identity_app.send(update(email=NEW, password=PASSWORD), caller_of(ada))
    same = await identity_app.send(update(email="ADA@example.com", password=PASSWORD), caller_of(ada))

    assert same is not None
    assert same.email == ada.user.email


async def test_only_the_version_of_the_etag(identity_app: IdentityApp) -> None:
    ada = await identity_app.signed_in()
    first = await identity_app.send(update(display_name="A.", etag=ada.user.etag), caller_of(ada))
    assert first is not None

    with pytest.raises(EtagMismatch) as refused:
        await identity_app.send(update(display_name="B.", etag=ada.user.etag), caller_of(ada))

    assert refused.value.metadata == {"etag": first.etag}
    assert await present(identity_app, ada.user) == first


async def test_what_is_there_already_changes_nothing(identity_app: IdentityApp) -> None:
    ada = await identity_app.signed_in()
    name, address = ada.user.display_name, ada.user.email

    same = await identity_app.send(update(display_name=name, email=address, password=PASSWORD), caller_of(ada))

    assert same is not None
    assert (same, same.etag) == (ada.user, ada.user.etag)
    assert await present(identity_app, ada.user) == ada.user


@pytest.mark.parametrize("changes", [{"display_name": "a\nb"}, {"display_name": " "}])
async def test_names_are_one_line(identity_app: IdentityApp, changes: dict[str, str]) -> None:
    ada = await identity_app.signed_in()

    with pytest.raises(InvalidArgument):
        await identity_app.send(update(**changes), caller_of(ada))


async def test_one_of_ten_who_want_the_same_address_gets_it(sql_backend: SqlBackend) -> None:
    replicas = [await IdentityApp.on(sql_backend) for _ in range(2)]
    people = [await replicas[0].signed_in(f"user{n}@example.com") for n in range(10)]

    wishes = [
        replicas[n % 2].send(update(email=NEW, password=PASSWORD), caller_of(person)) for n, person in enumerate(people)
    ]
    results = await asyncio.gather(*wishes, return_exceptions=True)

    assert sum(isinstance(result, User) for result in results) == 1
    assert sum(isinstance(result, EmailTaken) for result in results) == 9
