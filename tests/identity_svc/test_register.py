"""Register creates one user for each address, and requires a strong password."""

from __future__ import annotations

import asyncio

import pytest

from chassis.errors import InvalidArgument
from identity_svc.domain.errors import EmailTaken, WeakPassword
from identity_svc.domain.user import Role
from tests.identity_svc.identity_app import IdentityApp


async def test_a_new_user_is_a_user_and_nothing_more(identity_app: IdentityApp) -> None:
    user = await identity_app.register("ada@example.com", name="Ada Lovelace")

    assert user.roles == {Role.USER}
    assert (user.email, user.display_name, user.disabled, user.version) == ("ada@example.com", "Ada Lovelace", False, 1)
    assert user.created_on == identity_app.backend.clock.now()


async def test_an_address_is_the_same_in_any_case(identity_app: IdentityApp) -> None:
    await identity_app.register("Ada@Example.com")

    with pytest.raises(EmailTaken):
        await identity_app.register("aDA@example.COM")

    assert await identity_app.backend.users() == 1
    assert await identity_app.login("ADA@EXAMPLE.COM") is not None


async def test_thirty_registrations_of_one_address_at_once_make_one_user(identity_app: IdentityApp) -> None:
    results = await asyncio.gather(*(identity_app.register() for _ in range(30)), return_exceptions=True)

    assert sum(isinstance(result, EmailTaken) for result in results) == 29
    assert await identity_app.backend.users() == 1


LENGTH = "must have 12 to 128 characters"
COMMON = "must not be one of the most common passwords"
NAME = "must not contain the name or the address"


@pytest.mark.parametrize(
    ("password", "faults"),
    [
        ("short enough", None),
        ("too short!!", [LENGTH]),
        ("\u2460" * 11 + "!", None),  # digits in circles are digits (NFKC)
        ("\ufb03" * 43, [LENGTH]),  # a ligature is three letters
        ("wonder " * 18 + "ok", None),
        ("wonder " * 18 + "far", [LENGTH]),
        ("qwertyuiop12", [COMMON]),
        ("QwertyUIOP12", [COMMON]),
        ("\uff51wertyuiop12", [COMMON]),  # typed with full width
        ("the letters of lovelace", [NAME]),
        ("LOVELACE, LOVELACE", [NAME]),
        ("first-programmer", [NAME]),
        ("what would Ada choose?", [NAME]),
        ("canada in the summer", None),
        ("Ada!", [LENGTH, NAME]),
    ],
)
async def test_passwords_are_long_and_neither_common_nor_a_name(
    identity_app: IdentityApp, password: str, faults: list[str] | None
) -> None:
    registering = identity_app.register("first-programmer@example.com", password, "Ada King Lovelace")
    if faults is None:
        await registering
        assert await identity_app.login("first-programmer@example.com", password) is not None
        return

    with pytest.raises(WeakPassword) as refused:
        await registering

    assert [(v.field, v.description) for v in refused.value.violations] == [("password", fault) for fault in faults]
    assert await identity_app.backend.users() == 0


async def test_a_short_name_is_no_part_of_every_password(identity_app: IdentityApp) -> None:
    user = await identity_app.register("a@example.com", "as long as a passphrase", "A Li")

    assert user.email == "a@example.com"


@pytest.mark.parametrize(("email", "name", "field"), [("a\0@b.c", "Ada", "email"), ("a@b.c", "\n", "displayName")])
async def test_control_characters_are_refused(identity_app: IdentityApp, email: str, name: str, field: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        await identity_app.register(email, name=name)

    assert [violation.field for violation in refused.value.violations] == [field]
    assert await identity_app.backend.users() == 0
