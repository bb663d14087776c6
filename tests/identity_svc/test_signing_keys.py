"""Signing keys are made once, stored encrypted, published before they sign, and accepted until their tokens end."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from chassis.errors import Unauthenticated, Unavailable
from identity_svc.adapters import signing_key_ring
from identity_svc.adapters.key_encryption import KeyDecryptionFailed, KeyEncryption
from identity_svc.adapters.signing_key_ring import SigningKeyRing
from identity_svc.commands.rotate_signing_key import RotateSigningKey
from identity_svc.config import REPLICAS_DIFFER
from identity_svc.rotate_keys import rotate
from tests.identity_svc.identity_app import SECRET, SETTINGS, Backend, IdentityApp, InMemoryBackend, SqlBackend
from tests.identity_svc.identity_process import running
from tests.polling import eventually

AHEAD_S = SETTINGS.signing_key_ahead_s
LIFE_S = SETTINGS.access_token_life_s + REPLICAS_DIFFER.total_seconds()


async def test_replicas_that_start_at_once_make_one_key(backend: Backend) -> None:
    replicas = await asyncio.gather(*(IdentityApp.on(backend) for _ in range(5)))

    assert [len(await replica.kids()) for replica in replicas] == [1] * 5


async def test_whoever_makes_a_key_is_waited_for(sql_backend: SqlBackend) -> None:
    now = sql_backend.clock.now()
    async with sql_backend.open_uow() as first, sql_backend.open_uow() as second:
        await first.signing_keys.lock()
        waiting = asyncio.create_task(second.signing_keys.lock())
        await first.signing_keys.add(KeyEncryption(SECRET).new_key(now, now))

        await asyncio.wait({waiting}, timeout=0.1)
        assert not waiting.done()
        assert await first.signing_keys.active(now)  # reading goes on

        await first.commit()
        await waiting
        assert await second.signing_keys.active(now)


async def test_a_key_is_kept_from_start_to_start(backend: Backend) -> None:
    first = await (await IdentityApp.on(backend)).kids()

    again = await IdentityApp.on(backend)

    assert await again.kids() == first == [await again.kid()]


async def test_a_key_is_kept_encrypted_and_opens_with_the_same_secret_only(identity_app: IdentityApp) -> None:
    (key,) = await identity_app.keys()

    private = KeyEncryption(SECRET).open(key)

    assert private.public_key().public_bytes_raw() == key.public.x
    assert private.private_bytes_raw() not in key.encrypted
    with pytest.raises(KeyDecryptionFailed, match="EASYORDER_MESH_SECRET"):
        KeyEncryption("another " + SECRET).open(key)
    other = KeyEncryption(SECRET).new_key(key.created_on, key.signs_from)
    with pytest.raises(KeyDecryptionFailed):
        KeyEncryption(SECRET).open(replace(key, public=other.public))


async def test_a_new_key_is_published_before_it_signs(identity_app: IdentityApp) -> None:
    old = await identity_app.kid()

    made = await identity_app.mediator.send(RotateSigningKey())

    assert made is not None
    assert await identity_app.kids() == [made.public.kid, old]
    assert await identity_app.kid() == old
    await identity_app.backend.pass_time(AHEAD_S - 1)
    assert await identity_app.kid() == old
    await identity_app.backend.pass_time(1)
    assert await identity_app.kid() == made.public.kid


async def test_the_old_key_is_accepted_until_its_last_token_has_expired(identity_app: IdentityApp) -> None:
    old = await identity_app.kid()
    await identity_app.mediator.send(RotateSigningKey())
    await identity_app.backend.pass_time(10)
    await identity_app.mediator.send(RotateSigningKey())  # which is of no concern to the first key

    await identity_app.backend.pass_time(AHEAD_S + LIFE_S - 11)
    assert old in await identity_app.kids()
    await identity_app.backend.pass_time(1)
    assert old not in await identity_app.kids()
    await identity_app.backend.pass_time(10)

    assert await identity_app.kids() == [await identity_app.kid()]


async def test_keys_that_follow_each_other_closely_are_all_published_and_sign_one_after_the_other(
    identity_app: IdentityApp,
) -> None:
    signing = [await identity_app.kid()]
    for _ in range(3):
        await identity_app.mediator.send(RotateSigningKey())
        await identity_app.backend.pass_time(5)
    published = await identity_app.kids()
    await identity_app.backend.pass_time(AHEAD_S - 15)
    for _ in range(3):
        signing.append(await identity_app.kid())
        await identity_app.backend.pass_time(5)

    assert signing == published[::-1]
    assert len(set(signing)) == 4


async def test_a_key_is_replaced_once_it_is_old_enough_by_however_many_replicas(backend: Backend) -> None:
    replicas = [await IdentityApp.on(backend) for _ in range(5)]
    monthly = RotateSigningKey(after=timedelta(days=30))

    assert [await replica.mediator.send(monthly) for replica in replicas] == [None] * 5
    await backend.pass_time(timedelta(days=30).total_seconds())
    made = await asyncio.gather(*(replica.mediator.send(monthly) for replica in replicas))

    assert sum(one is not None for one in made) == 1


async def test_a_key_whose_tokens_have_expired_is_deleted_with_the_next_rotation(sql_backend: SqlBackend) -> None:
    identity_app = await IdentityApp.on(sql_backend)
    old = await identity_app.kid()
    for _ in range(2):
        await identity_app.mediator.send(RotateSigningKey())
        await sql_backend.pass_time(AHEAD_S + LIFE_S)

    assert old not in await sql_backend.dump("signing_key")


async def test_a_key_that_others_know_is_withdrawn_at_once(identity_app: IdentityApp) -> None:
    await identity_app.mediator.send(RotateSigningKey())
    known = await identity_app.kids()

    made = await identity_app.mediator.send(RotateSigningKey(withdraw=True))

    assert made is not None
    assert await identity_app.kids() == [made.public.kid] == [await identity_app.kid()]
    assert made.public.kid not in known


@pytest.mark.parametrize("withdraw", [False, True])
async def test_a_clock_that_was_set_back_keeps_no_key_from_being_replaced(
    identity_app: IdentityApp, withdraw: bool
) -> None:
    old = await identity_app.kid()
    await identity_app.backend.pass_time(-3600)

    made = await identity_app.mediator.send(RotateSigningKey(withdraw=withdraw))

    assert made is not None
    assert (old in await identity_app.kids()) is not withdraw


async def test_a_rotation_is_audited(sql_backend: SqlBackend) -> None:
    identity_app = await IdentityApp.on(sql_backend)

    made = await identity_app.mediator.send(RotateSigningKey())

    assert made is not None
    entry = await sql_backend.dump("audit_entry")
    assert "RotateSigningKey" in entry
    assert made.public.kid in entry


async def test_a_process_that_was_stopped_does_not_sign_with_what_it_knew() -> None:
    backend = InMemoryBackend()
    await IdentityApp.on(backend)
    times = iter([0.0, 14.0, 15.0])
    ring = SigningKeyRing(backend.open_stores, KeyEncryption(SECRET), backend.clock, monotonic=lambda: next(times))
    await ring.read()
    assert ring.current()

    with pytest.raises(Unavailable):
        ring.current()


async def test_a_clock_that_is_set_back_stops_nobody_from_signing_in() -> None:
    backend = InMemoryBackend()
    await IdentityApp.on(backend)
    ring = SigningKeyRing(backend.open_stores, KeyEncryption(SECRET), backend.clock)
    await ring.read()
    signs = ring.current()

    backend.clock.advance(-3600)

    assert ring.current() == signs


async def test_a_process_learns_of_the_keys_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing_key_ring, "_READ_EVERY_S", 0.05)
    backend = InMemoryBackend()
    here, there = await IdentityApp.on(backend), await IdentityApp.on(backend)
    ring = SigningKeyRing(backend.open_stores, KeyEncryption(SECRET), backend.clock)
    await ring.start()
    try:
        made = await there.mediator.send(RotateSigningKey(withdraw=True))
        assert made is not None

        async def signs_with_it() -> bool:
            return ring.current()[0] == made.public.kid

        assert await eventually(signs_with_it)
        assert here.ring.current()[0] != made.public.kid
    finally:
        await ring.stop()


async def test_the_command_makes_a_key_and_with_withdraw_ends_tokens(
    identity_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing_key_ring, "_READ_EVERY_S", 0.05)
    async with running(identity_database) as process:
        await process.register()
        token = (await process.login()).access_token
        (old,) = (await process.jwks()).keys

        said = await rotate(process.settings, withdraw=False)

        new = [key.kid for key in (await process.jwks()).keys if key.kid != old.kid]
        assert said.startswith(f"{new[0]} signs from ")
        assert (await process.me(token)).email == "ada@example.com"

        await rotate(process.settings, withdraw=True)

        async def is_refused() -> bool:
            try:
                await process.me(token)
            except Unauthenticated:
                return True
            return False

        assert await eventually(is_refused, timeout_s=20)

        async def signs_in_again() -> bool:
            return bool(await process.me((await process.login()).access_token))

        assert await eventually(signs_in_again)


async def test_a_process_replaces_a_key_that_is_old_enough(identity_database: str) -> None:
    async with running(identity_database) as process:
        assert len((await process.jwks()).keys) == 1

    async with running(identity_database, signing_key_days=0.1 / 24 / 3600) as process:

        async def has_another_key() -> bool:
            return len((await process.jwks()).keys) == 2

        assert await eventually(has_another_key)
        assert (await process.login_as_administrator()).access_token  # still with the first one
