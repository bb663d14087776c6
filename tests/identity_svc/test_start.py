"""The first start creates one administrator, once, and refuses settings that are not safe."""

from __future__ import annotations

import asyncio

import pytest
from easyorder.identity.v1 import RegisterRequest
from pydantic import ValidationError

from chassis import contract
from chassis.settings import from_environment
from identity_svc.commands.forget_expired import ForgetExpired
from identity_svc.commands.seed_administrator import SeedAdministrator, Seeding
from identity_svc.config import (
    DEFAULT_ADMIN_PASSWORD,
    EMAIL_FORM,
    EMAIL_MAX_LENGTH,
    AdministratorSettings,
    IdentitySettings,
)
from identity_svc.domain.errors import WeakPassword
from identity_svc.domain.password import Password
from identity_svc.domain.user import Role, User, email_of
from tests.identity_svc.identity_app import PASSWORD, SECRET, SETTINGS, Backend, IdentityApp, SqlBackend


def seeding(password: str = PASSWORD, *, email: str = "Boss@example.com") -> SeedAdministrator:
    return SeedAdministrator(email=email, password=Password(password), well_known=Password(DEFAULT_ADMIN_PASSWORD))


async def test_replicas_that_start_at_once_make_one_administrator(identity_app: IdentityApp) -> None:
    seedings = await asyncio.gather(*(identity_app.mediator.send(seeding()) for _ in range(5)))

    assert await identity_app.backend.users() == 1
    assert sorted(one.name for one in seedings) == ["CREATED", *["UNCHANGED"] * 4]
    assert await is_administrator(identity_app)


async def test_an_administrator_who_exists_keeps_their_password(identity_app: IdentityApp) -> None:
    await identity_app.mediator.send(seeding())

    assert await identity_app.mediator.send(seeding("another password 1")) is Seeding.PASSWORD_DIFFERS

    assert await identity_app.login("boss@example.com", "another password 1") is None
    assert await identity_app.login("boss@example.com") is not None


async def test_the_default_password_is_replaced_by_another_one(identity_app: IdentityApp) -> None:
    await identity_app.mediator.send(seeding(DEFAULT_ADMIN_PASSWORD))
    assert await identity_app.mediator.send(seeding(DEFAULT_ADMIN_PASSWORD)) is Seeding.UNCHANGED

    assert await identity_app.mediator.send(seeding()) is Seeding.PASSWORD_REPLACED

    assert await identity_app.login("boss@example.com", DEFAULT_ADMIN_PASSWORD) is None
    assert await is_administrator(identity_app)


async def test_nobody_signs_in_with_the_default_password_from_elsewhere(backend: Backend) -> None:
    on_a_laptop = await IdentityApp.on(backend)
    await on_a_laptop.mediator.send(seeding(DEFAULT_ADMIN_PASSWORD))
    assert await on_a_laptop.login("boss@example.com", DEFAULT_ADMIN_PASSWORD) is not None

    public = SETTINGS.model_copy(update={"envoy_host": "0.0.0.0"})
    reached_from_elsewhere = await IdentityApp.on(backend, public)

    assert await reached_from_elsewhere.login("boss@example.com", DEFAULT_ADMIN_PASSWORD) is None


async def is_administrator(app: IdentityApp) -> bool:
    signed_in = await app.login("boss@example.com")
    return signed_in is not None and Role.ADMIN in signed_in.user.roles


async def test_somebody_who_registered_the_address_is_not_made_administrator(identity_app: IdentityApp) -> None:
    await identity_app.register("boss@example.com")

    assert await identity_app.mediator.send(seeding()) is Seeding.NO_ADMINISTRATOR

    assert not await is_administrator(identity_app)


async def test_another_address_makes_no_second_administrator(identity_app: IdentityApp) -> None:
    await identity_app.mediator.send(seeding())

    another = seeding(DEFAULT_ADMIN_PASSWORD, email="admin@example.com")
    assert await identity_app.mediator.send(another) is Seeding.ANOTHER_EXISTS

    assert await identity_app.backend.users() == 1
    assert await identity_app.login("admin@example.com", DEFAULT_ADMIN_PASSWORD) is None
    assert await is_administrator(identity_app)


async def test_a_disabled_administrator_counts(identity_app: IdentityApp) -> None:
    await identity_app.mediator.send(seeding())
    signed_in = await identity_app.login("boss@example.com")
    assert signed_in is not None
    await identity_app.backend.disable(signed_in.user.id)

    assert await identity_app.mediator.send(seeding(email="admin@example.com")) is Seeding.ANOTHER_EXISTS

    assert await identity_app.backend.users() == 1


async def test_starts_at_once_with_different_addresses_make_one_administrator(identity_app: IdentityApp) -> None:
    await identity_app.register()
    starting = [seeding(email=f"boss-{number}@example.com") for number in range(5)]

    seedings = await asyncio.gather(*map(identity_app.mediator.send, starting))

    assert sorted(one.name for one in seedings) == [*["ANOTHER_EXISTS"] * 4, "CREATED"]
    assert await identity_app.backend.users() == 2


async def test_whoever_makes_an_administrator_is_waited_for(sql_backend: SqlBackend) -> None:
    boss = User.new(email=email_of("boss@example.com"), display_name="Boss", at=sql_backend.clock.now(), is_admin=True)
    async with sql_backend.open_uow() as first, sql_backend.open_uow() as second:
        assert not await first.users.lock_administrators()
        waiting = asyncio.create_task(second.users.lock_administrators())
        await first.users.add(boss)

        await asyncio.wait({waiting}, timeout=0.1)
        assert not waiting.done()

        await first.commit()
        assert await waiting


async def test_an_administrator_with_a_weak_password_is_not_made(identity_app: IdentityApp) -> None:
    with pytest.raises(WeakPassword):
        await identity_app.mediator.send(seeding("weak"))

    assert await identity_app.backend.users() == 0


async def test_what_has_expired_is_dropped_and_what_has_not_is_kept(identity_app: IdentityApp) -> None:
    await identity_app.register()
    await identity_app.login()
    await identity_app.fail(1, email="nobody@example.com")

    await identity_app.mediator.send(ForgetExpired())
    assert await identity_app.backend.counted() == 2  # of that place, and of all strange places

    await identity_app.backend.pass_time(SETTINGS.lockout_policy.longest_memory.total_seconds() + 1)
    await identity_app.mediator.send(ForgetExpired())
    assert await identity_app.backend.counted() == 0


def test_the_default_password_is_for_laptops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EASYORDER_MESH_SECRET", SECRET)
    assert IdentitySettings().admin_email == "admin@example.com"

    monkeypatch.setenv("EASYORDER_ENVIRONMENT", "production")
    with pytest.raises(ValidationError, match="EASYORDER_ADMIN_PASSWORD is the default"):
        IdentitySettings()

    monkeypatch.setenv("EASYORDER_ADMIN_PASSWORD", "none of your business 1")
    assert IdentitySettings().environment == "production"


@pytest.mark.parametrize("email", ["boss", "boss@", "@example.com", "a b@example.com", "a\x01@b.c", "a" * 251 + "@b.c"])
def test_the_administrator_has_an_address_that_could_be_registered(monkeypatch: pytest.MonkeyPatch, email: str) -> None:
    monkeypatch.setenv("EASYORDER_ADMIN_EMAIL", email)

    with pytest.raises(SystemExit) as refused:
        from_environment(AdministratorSettings)

    assert refused.value.code == "EASYORDER_ADMIN_EMAIL: must be an address such as ada@example.com"


def test_the_address_has_the_form_that_the_contract_asks_for() -> None:
    rules = contract.rules_of(contract.descriptor_of(RegisterRequest).fields_by_name["email"])

    assert (EMAIL_FORM.pattern, EMAIL_MAX_LENGTH) == (rules.pattern, rules.max_length)


@pytest.mark.parametrize("variable", ["ENVOY_HOST", "HOST", "LISTEN_ADDRESS", "IDENTITY_ADDRESS"])
def test_the_default_password_is_for_loopback(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv("EASYORDER_MESH_SECRET", SECRET)
    port = ":7000" if variable.endswith("ADDRESS") else ""
    for private in ("127.0.0.1", "localhost", "[::1]" if port else "::1"):
        monkeypatch.setenv(f"EASYORDER_{variable}", private + port)
        assert IdentitySettings().is_local

    for public in ("0.0.0.0", "192.0.2.1", "shop.example.com"):
        monkeypatch.setenv(f"EASYORDER_{variable}", public + port)
        with pytest.raises(ValidationError, match="EASYORDER_ADMIN_PASSWORD is the default"):
            IdentitySettings()


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
