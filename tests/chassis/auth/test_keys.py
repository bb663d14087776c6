"""Cached keys stay valid while identity is slow, frozen or gone, and are updated when it responds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import jwt
import pytest
from easyorder.identity.v1 import Jwk, Jwks

from chassis.auth.keys import KeyCache, keys_of
from chassis.errors import Unavailable
from tests.fakes.chassis import FakeKeys, Seconds
from tests.mesh import KID, Tokens, serving
from tests.polling import eventually


@pytest.fixture
def source() -> FakeKeys:
    return FakeKeys(Tokens().keys)


@pytest.fixture
def clock() -> Seconds:
    return Seconds(0)


async def test_a_known_key_is_asked_for_once(source: FakeKeys, clock: Seconds) -> None:
    keys = KeyCache(source, monotonic=clock)

    for clock.at in range(15):
        assert await keys.key(KID)

    assert source.asked == 1


async def test_calls_share_one_request(source: FakeKeys) -> None:
    keys = KeyCache(source)
    source.answers.clear()

    calls = [asyncio.create_task(keys.key(KID)) for _ in range(100)]
    await eventually(lambda: source.asked == 1)
    source.answers.set()

    assert all(await asyncio.gather(*calls))
    assert source.asked == 1


@asynccontextmanager
async def refreshing(source: FakeKeys) -> AsyncIterator[KeyCache]:
    """A cache that reads the keys again and again, and has read them."""
    keys = KeyCache(source, refresh_after_s=0.01, retry_after_s=0.01)
    await keys.start()
    try:
        await eventually(lambda: keys.key(KID))
        yield keys
    finally:
        await keys.stop()


async def test_keys_are_read_before_anybody_asks_and_again(source: FakeKeys) -> None:
    async with refreshing(source):
        await eventually(lambda: source.asked >= 3)


async def test_a_frozen_source_locks_nobody_out(source: FakeKeys) -> None:
    async with refreshing(source) as keys:
        source.answers.clear()
        asked = source.asked
        await eventually(lambda: source.asked == asked + 1)

        async with asyncio.timeout(0.5):
            for _ in range(10_000):
                assert await keys.key(KID)
        assert source.asked == asked + 1


async def test_a_source_that_fails_is_asked_again_and_waited_for_by_nobody(source: FakeKeys) -> None:
    async with refreshing(source) as keys:
        source.fails, asked = True, source.asked

        await eventually(lambda: source.asked >= asked + 3)
        assert await keys.key(KID)


async def test_a_withdrawn_key_ends_and_a_new_one_is_known(source: FakeKeys) -> None:
    async with refreshing(source) as keys:
        old = await keys.key(KID)
        assert old

        source.in_use = {"new": old}

        async def followed() -> bool:
            return await keys.key(KID) is None and await keys.key("new") == old

        await eventually(followed)


async def test_a_start_without_the_source_ends_once_it_is_there(source: FakeKeys) -> None:
    source.fails = True
    keys = KeyCache(source, retry_after_s=0.01)
    await keys.start()
    await eventually(lambda: source.asked >= 2)

    source.fails = False

    async def known() -> bool:
        return bool(await keys.all())

    try:
        await eventually(known)
    finally:
        await keys.stop()


async def test_an_unknown_key_is_asked_for_once_in_a_while(source: FakeKeys, clock: Seconds) -> None:
    keys = KeyCache(source, monotonic=clock)
    await keys.key(KID)

    for clock.at in (0.5, 1, 1.9):
        assert await keys.key("forged") is None
    assert source.asked == 1

    clock.at = 2
    assert await keys.key("forged") is None
    assert source.asked == 2


async def test_keys_that_were_never_read_are_no_fault_of_the_caller(source: FakeKeys, clock: Seconds) -> None:
    source.fails = True
    keys = KeyCache(source, monotonic=clock)

    for _ in range(3):
        with pytest.raises(Unavailable):
            await keys.key(KID)
    assert await keys.all() == {}
    assert source.asked == 1


async def test_keys_outlive_a_restart_without_their_source(source: FakeKeys, tmp_path: Path) -> None:
    file = tmp_path / "new folder" / "jwks.json"
    before = await KeyCache(source, file=file).all()
    source.fails = True

    assert await KeyCache(source, file=file).all() == before
    assert [path.name for path in file.parent.iterdir()] == ["jwks.json"]


@pytest.mark.parametrize(
    "kept", ["", "no JSON", "[]", '{"keys": [{"kid": "a", "kty": "OKP", "crv": "Ed25519", "x": "?"}]}']
)
async def test_a_file_that_cannot_be_read_is_replaced(kept: str, source: FakeKeys, tmp_path: Path) -> None:
    file = tmp_path / "jwks.json"
    file.write_text(kept, encoding="utf-8")

    assert await KeyCache(source, file=file).key(KID)

    source.fails = True
    assert await KeyCache(source, file=file).key(KID)


async def test_a_file_that_cannot_be_written_is_no_reason_to_fail(source: FakeKeys, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert await KeyCache(source, file=tmp_path / "file" / "jwks.json").key(KID)


async def test_keys_come_from_identity_over_grpc() -> None:
    (public,) = (await Tokens().keys()).values()

    class Identity:
        async def get_jwks(self, request: object) -> Jwks:
            own = jwt.algorithms.OKPAlgorithm.to_jwk(public, as_dict=True)
            return Jwks(keys=[Jwk(kid=KID, kty="OKP", crv="Ed25519", x=own["x"]), Jwk(kid="rsa", kty="RSA")])

    async with serving({"easyorder.identity.v1.IdentityService": Identity()}) as mesh:
        assert await KeyCache(keys_of(mesh.anonymous())).all() == {KID: public}
