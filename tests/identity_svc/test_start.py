"""What is there from the first start on: one signing key and an administrator, each made once."""

from __future__ import annotations

import asyncio

import pytest
from pydantic import SecretStr, ValidationError

from identity_svc.adapters.key_seal import KeySeal, SealBroken
from identity_svc.commands.ensure_signing_key import EnsureSigningKey
from identity_svc.commands.forget_expired import ForgetExpired
from identity_svc.commands.seed_administrator import SeedAdministrator
from identity_svc.config import DEFAULT_ADMIN_PASSWORD, IdentitySettings
from identity_svc.domain.errors import WeakPassword
from identity_svc.domain.password import Password
from identity_svc.domain.user import Role
from tests.identity_svc.identity_app import PASSWORD, SECRET, SETTINGS, Backend, IdentityApp, SqlBackend


def seeding(password: str = PASSWORD) -> SeedAdministrator:
    return SeedAdministrator(email="Boss@example.com", password=Password(password))


async def test_replicas_that_start_at_once_make_one_key(backend: Backend) -> None:
    replicas = await asyncio.gather(*(IdentityApp.on(backend) for _ in range(5)))

    assert [len(await replica.kids()) for replica in replicas] == [1] * 5


async def test_a_key_is_kept_from_start_to_start(backend: Backend) -> None:
    first = await (await IdentityApp.on(backend)).kids()

    again = await IdentityApp.on(backend)

    assert await again.kids() == first
    assert (await again.mediator.send(EnsureSigningKey())).public.kid == first[0]


async def test_a_retired_key_is_no_longer_told_and_another_is_made(sql_backend: SqlBackend) -> None:
    first = await (await IdentityApp.on(sql_backend)).kids()
    await sql_backend.retire_keys()

    second = await (await IdentityApp.on(sql_backend)).kids()

    assert len(second) == 1
    assert second != first


async def test_a_key_is_kept_sealed_and_opens_with_the_same_secret_only(identity_app: IdentityApp) -> None:
    key = await identity_app.mediator.send(EnsureSigningKey())

    private = KeySeal(SECRET).open(key)

    assert private.public_key().public_bytes_raw() == key.public.x
    assert private.private_bytes_raw() not in key.sealed
    with pytest.raises(SealBroken, match="EASYORDER_MESH_SECRET"):
        KeySeal("another " + SECRET).open(key)


async def test_replicas_that_start_at_once_make_one_administrator(identity_app: IdentityApp) -> None:
    users = await asyncio.gather(*(identity_app.mediator.send(seeding()) for _ in range(5)), return_exceptions=True)

    assert await identity_app.backend.users() == 1
    assert [user.roles for user in users if not isinstance(user, BaseException)] == [{Role.USER, Role.ADMIN}] * 5
    assert await identity_app.login("boss@example.com") is not None


async def test_an_administrator_who_exists_keeps_their_password(identity_app: IdentityApp) -> None:
    await identity_app.mediator.send(seeding())

    await identity_app.mediator.send(seeding("another password 1"))

    assert await identity_app.login("boss@example.com", "another password 1") is None
    assert await identity_app.login("boss@example.com") is not None


async def test_somebody_who_registered_the_address_is_not_made_administrator(identity_app: IdentityApp) -> None:
    await identity_app.register("boss@example.com")

    user = await identity_app.mediator.send(seeding())

    assert user.roles == {Role.USER}
    assert (await identity_app.mediator.send(seeding())).roles == {Role.USER}


async def test_an_administrator_with_a_weak_password_is_not_made(identity_app: IdentityApp) -> None:
    with pytest.raises(WeakPassword):
        await identity_app.mediator.send(seeding("weak"))

    assert await identity_app.backend.users() == 0


async def test_what_has_expired_is_dropped_and_what_has_not_is_kept(identity_app: IdentityApp) -> None:
    await identity_app.register()
    await identity_app.login()
    await identity_app.fail(1, email="nobody@example.com")

    await identity_app.mediator.send(ForgetExpired())
    assert (len(await identity_app.backend.refresh_tokens()), await identity_app.backend.counted()) == (1, 1)

    await identity_app.backend.pass_time(SETTINGS.refresh_token_life_s + 1)
    await identity_app.mediator.send(ForgetExpired())
    assert (len(await identity_app.backend.refresh_tokens()), await identity_app.backend.counted()) == (0, 0)


def test_the_default_password_is_for_laptops() -> None:
    with pytest.raises(ValidationError, match="EASYORDER_ADMIN_PASSWORD is the default") as refused:
        IdentitySettings(environment="production", mesh_secret=SecretStr(SECRET))

    assert DEFAULT_ADMIN_PASSWORD not in str(refused.value)
    assert SECRET not in str(refused.value)
    assert IdentitySettings(environment="local", mesh_secret=SecretStr(SECRET)).admin_email == "admin@example.com"
    other = SecretStr("none of your business 1")
    assert IdentitySettings(environment="production", mesh_secret=SecretStr(SECRET), admin_password=other)


def test_a_weak_password_and_a_short_secret_are_refused_without_showing_them() -> None:
    with pytest.raises(ValidationError, match="too weak") as weak:
        IdentitySettings(mesh_secret=SecretStr(SECRET), admin_password=SecretStr("weakling"))
    with pytest.raises(ValidationError, match="EASYORDER_MESH_SECRET must have at least") as short:
        IdentitySettings(mesh_secret=SecretStr("too-short"))

    assert "weakling" not in str(weak.value)
    assert "too-short" not in str(short.value)
