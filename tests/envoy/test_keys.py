"""Envoy verifies tokens while the keys cannot be fetched, shares one fetch of the keys, and follows their changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.local.plain_http import plain_client
from deploy.local.readiness import verifies_tokens
from envoy import render
from tests.envoy.conftest import publish_keys
from tests.envoy.error_shape import reason_of
from tests.envoy.fake_mesh import GET_JWKS, SERVICES, FakeMesh
from tests.envoy.running import RunningEnvoy, running_envoy
from tests.mesh import Tokens
from tests.polling import eventually


@pytest.fixture
async def own_mesh(tokens: Tokens) -> AsyncIterator[FakeMesh]:
    """Not that of the other tests: here edge, which knows the keys, is taken down."""
    mesh = FakeMesh()
    for service in SERVICES:
        await mesh.start(service)
    publish_keys(mesh, tokens)
    yield mesh
    await mesh.stop_all()


@pytest.fixture
async def own_envoy(own_mesh: FakeMesh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[RunningEnvoy]:
    """Reads the keys every second, and they live no longer."""
    monkeypatch.setattr(render, "KEYS_READ_EVERY_S", 1)
    monkeypatch.setattr(render, "_READ_AHEAD_S", 0)
    async with running_envoy(tmp_path, own_mesh.ports) as envoy:
        yield envoy


async def statuses(envoy: RunningEnvoy, tokens: list[str]) -> set[int]:
    """What calls with these tokens are answered, all at once."""
    async with plain_client(envoy.url, timeout=10) as http:
        calls = (http.get("/api/v1/orders", headers={"authorization": f"Bearer {token}"}) for token in tokens)
        return {reply.status_code for reply in await asyncio.gather(*calls)}


async def test_keys_that_were_read_stay_good_while_they_cannot_be_had(
    own_mesh: FakeMesh, own_envoy: RunningEnvoy, tokens: Tokens
) -> None:
    await eventually(lambda: own_mesh.keys_asked > 0, timeout_s=10)
    await own_mesh.stop("edge")
    loop = asyncio.get_running_loop()
    outlived = loop.time() + 2.5 * render.KEYS_READ_EVERY_S
    seen: set[int] = set()

    async def until_they_are_old() -> bool:
        seen.update(await statuses(own_envoy, [tokens.user(f"not seen before {loop.time()}")]))
        return loop.time() > outlived

    await eventually(until_they_are_old, timeout_s=30)
    assert seen == {200}


async def test_a_crowd_of_new_tokens_costs_no_request_for_keys(
    own_mesh: FakeMesh, own_envoy: RunningEnvoy, tokens: Tokens
) -> None:
    await eventually(lambda: own_mesh.keys_asked > 0, timeout_s=10)
    loop = asyncio.get_running_loop()
    began, asked = loop.time(), own_mesh.keys_asked

    # At least 200 tokens however slow the machine is, and longer than the keys live, so that they expire meanwhile.
    sent = 0
    while sent < 200 or loop.time() < began + 2 * render.KEYS_READ_EVERY_S:
        assert await statuses(own_envoy, [tokens.user(f"user {sent + n}") for n in range(100)]) == {200}
        sent += 100

    assert own_mesh.keys_asked - asked <= (loop.time() - began) / render.KEYS_READ_EVERY_S + 1


async def test_keys_are_followed_when_they_change(own_mesh: FakeMesh, own_envoy: RunningEnvoy, tokens: Tokens) -> None:
    assert await eventually_answered(own_envoy, tokens, 200)
    new = Tokens(kid="newer")

    publish_keys(own_mesh, new)

    assert await eventually_answered(own_envoy, new, 200)
    # Not seen before: Envoy may let a token through that it has verified, and the services refuse it.
    assert await statuses(own_envoy, [tokens.user("of the withdrawn key")]) == {401}


async def test_the_order_of_starting_does_not_matter(own_mesh: FakeMesh, tokens: Tokens, tmp_path: Path) -> None:
    await own_mesh.stop("edge")
    async with running_envoy(tmp_path, own_mesh.ports) as envoy:
        async with plain_client(envoy.url, timeout=10) as http:
            before = await http.get("/api/v1/orders", headers={"authorization": f"Bearer {tokens.user()}"})
        await own_mesh.start("edge")

        assert (before.status_code, reason_of(before)) == (503, "UNAVAILABLE")
        assert await eventually_answered(envoy, tokens, 200)


async def test_without_any_key_no_mesh_is_ready_and_callers_are_told_to_come_again(
    own_mesh: FakeMesh, tokens: Tokens, tmp_path: Path
) -> None:
    del own_mesh.answers[GET_JWKS]
    async with running_envoy(tmp_path, own_mesh.ports) as envoy:
        async with plain_client(envoy.url, timeout=10) as http:
            before = await http.get("/api/v1/orders", headers={"authorization": f"Bearer {tokens.user()}"})
        was_ready = await verifies_tokens(envoy.url)()
        publish_keys(own_mesh, tokens)

        assert (before.status_code, reason_of(before)) == (503, "UNAVAILABLE")
        assert not was_ready
        assert await eventually(verifies_tokens(envoy.url), timeout_s=15)
        assert await eventually_answered(envoy, tokens, 200)


async def eventually_answered(envoy: RunningEnvoy, tokens: Tokens, status: int) -> bool:
    loop = asyncio.get_running_loop()

    async def answered() -> bool:
        return await statuses(envoy, [tokens.user(f"at {loop.time()}")]) == {status}

    return await eventually(answered, timeout_s=15)
