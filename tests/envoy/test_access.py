"""Envoy enforces the access rules of the contract, for every method and each of its names."""

from __future__ import annotations

from pathlib import Path

import grpc
import httpx
import pytest

from chassis import contract
from envoy import render
from envoy.routing import is_public, is_reachable
from tests.envoy.fake_mesh import FakeMesh
from tests.envoy.names import Name, names_of
from tests.envoy.running import RunningEnvoy, running_envoy
from tests.mesh import Tokens

pytestmark = pytest.mark.asyncio(loop_scope="session")

METHODS = list(contract.methods().values())
NAMES = [name for method in METHODS if is_reachable(method) for name in names_of(method)]
PUBLIC = [name for name in NAMES if is_public(name.method)]
GUARDED = [name for name in NAMES if not is_public(name.method)]
INTERNAL = [name for method in METHODS if not is_reachable(method) for name in names_of(method)]
# Streams end at once here: without an event, which is 204.
ADMITTED = (httpx.codes.OK, httpx.codes.NO_CONTENT, grpc.StatusCode.OK)
REFUSED = (httpx.codes.UNAUTHORIZED, grpc.StatusCode.UNAUTHENTICATED)
MISSING = (httpx.codes.NOT_FOUND, grpc.StatusCode.UNIMPLEMENTED)


@pytest.mark.parametrize("name", PUBLIC, ids=str)
async def test_a_public_method_needs_no_token(name: Name, envoy: RunningEnvoy, mesh: FakeMesh) -> None:
    assert await name.status(envoy, {}) in ADMITTED
    assert mesh.only_call.method == name.method.full_name


@pytest.mark.parametrize("name", GUARDED, ids=str)
async def test_any_other_method_needs_one(name: Name, envoy: RunningEnvoy, mesh: FakeMesh, tokens: Tokens) -> None:
    assert await name.status(envoy, {}) in REFUSED
    assert mesh.calls == []

    token = tokens.user(str(name))

    assert await name.status(envoy, {"authorization": f"Bearer {token}"}) in ADMITTED
    assert mesh.only_call.method == name.method.full_name
    assert mesh.only_call.metadata["authorization"] == f"Bearer {token}"


@pytest.mark.parametrize("name", INTERNAL, ids=str)
async def test_what_services_say_to_each_other_can_not_be_reached(
    name: Name, envoy: RunningEnvoy, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    assert name.binding is None
    assert await name.status(envoy, bearer) in MISSING
    assert mesh.calls == []


@pytest.mark.unlisted
async def test_a_path_that_the_token_rules_miss_leads_nowhere(
    started_mesh: FakeMesh, mesh: FakeMesh, bearer: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "token_rules", lambda methods: [])
    async with running_envoy(tmp_path, started_mesh.ports) as unguarded:
        for name in (name for name in GUARDED if name.path.endswith(("/orders", "/CreateOrder", "/orders:watch"))):
            assert await name.status(unguarded, bearer) not in ADMITTED
    assert mesh.calls == []
