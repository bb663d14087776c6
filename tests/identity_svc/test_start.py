"""What is there from the first start on: one signing key and an administrator, each made once."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from pydantic import ValidationError

from identity_svc.adapters.key_encryption import KeyDecryptionFailed, KeyEncryption
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


async def test_whoever_makes_a_key_is_waited_for(sql_backend: SqlBackend) -> None:
    async with sql_backend.open_uow() as first, sql_backend.open_uow() as second:
        await first.signing_keys.lock()
        waiting = asyncio.create_task(second.signing_keys.lock())
        await first.signing_keys.add(KeyEncryption(SECRET).new_key(sql_backend.clock.now()))

        await asyncio.wait({waiting}, timeout=0.1)
        assert not waiting.done()
        assert await first.signing_keys.newest()  # reading goes on

        await first.commit()
        await waiting
        assert await second.signing_keys.newest()


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

    private = KeyEncryption(SECRET).open(key)

    assert private.public_key().public_bytes_raw() == key.public.x
    assert private.private_bytes_raw() not in key.sealed
    with pytest.raises(KeyDecryptionFailed, match="EASYORDER_MESH_SECRET"):
        KeyEncryption("another " + SECRET).open(key)
    with pytest.raises(KeyDecryptionFailed):
        KeyEncryption(SECRET).open(replace(key, public=KeyEncryption(SECRET).new_key(key.created_on).public))


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


def test_the_default_password_is_for_laptops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EASYORDER_MESH_SECRET", SECRET)
    assert IdentitySettings().admin_email == "admin@example.com"

    monkeypatch.setenv("EASYORDER_ENVIRONMENT", "production")
    with pytest.raises(ValidationError, match="EASYORDER_ADMIN_PASSWORD is the default"):
        IdentitySettings()

    monkeypatch.setenv("EASYORDER_ADMIN_PASSWORD", "none of your business 1")
    assert IdentitySettings().environment == "production"


@pytest.mark.parametrize(
    ("variable", "value", "fault"),
    [
        ("EASYORDER_ADMIN_PASSWORD", DEFAULT_ADMIN_PASSWORD, "is the default"),
        ("EASYORDER_ADMIN_PASSWORD", "weakling", "too weak"),
        ("EASYORDER_MESH_SECRET", "too-short", "must have at least 32 characters"),
    ],
)
def test_what_is_refused_is_not_shown(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, fault: str) -> None:
    settings = {
        "EASYORDER_ENVIRONMENT": "production",
        "EASYORDER_MESH_SECRET": SECRET,
        "EASYORDER_ADMIN_PASSWORD": "none of your business 1",
    }
    for name, given in (settings | {variable: value}).items():
        monkeypatch.setenv(name, given)

    with pytest.raises(ValidationError, match=fault) as refused:
        IdentitySettings()

    assert not any(secret in str(refused.value) for secret in (value, SECRET, "none of your business 1"))
