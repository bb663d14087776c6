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


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("short1", "at least 8 characters"),
        ("12345678", "a letter"),
        ("abcdefgh", "a digit"),
        ("!", "at least 8 characters and a letter and a digit"),
    ],
)
async def test_a_weak_password_is_refused_and_its_field_named(
    identity_app: IdentityApp, password: str, fault: str
) -> None:
    with pytest.raises(WeakPassword) as refused:
        await identity_app.register(password=password)

    assert [(v.field, v.description) for v in refused.value.violations] == [("password", f"must have {fault}")]
    assert await identity_app.backend.users() == 0


@pytest.mark.parametrize(("email", "name", "field"), [("a\0@b.c", "Ada", "email"), ("a@b.c", "\n", "displayName")])
async def test_control_characters_are_refused(identity_app: IdentityApp, email: str, name: str, field: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        await identity_app.register(email, name=name)

    assert [violation.field for violation in refused.value.violations] == [field]
    assert await identity_app.backend.users() == 0
