"""One Envoy and one faked mesh for all tests of this folder; each test starts with a mesh that has seen nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.envoy.fake_mesh import SERVICES, FakeMesh, new
from tests.envoy.running import RunningEnvoy, running_envoy
from tests.envoy.tokens import Issuer

GET_JWKS = "/easyorder.identity.v1.IdentityService/GetJwks"


@pytest.fixture(scope="session")
def issuer() -> Issuer:
    return Issuer()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def started_mesh() -> AsyncIterator[FakeMesh]:
    mesh = FakeMesh()
    for service in SERVICES:
        await mesh.start(service)
    yield mesh
    await mesh.stop_all()


@pytest.fixture
def mesh(started_mesh: FakeMesh, issuer: Issuer) -> FakeMesh:
    started_mesh.reset()
    publish_keys(started_mesh, issuer)
    return started_mesh


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def envoy(
    started_mesh: FakeMesh, issuer: Issuer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningEnvoy]:
    publish_keys(started_mesh, issuer)
    folder = tmp_path_factory.mktemp("envoy")
    async with running_envoy(folder, started_mesh.ports, order_rate_limit=20, auth_rate_limit=1000) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def http(envoy: RunningEnvoy) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=envoy.url, timeout=10) as client:
        yield client


@pytest.fixture
def bearer(issuer: Issuer) -> dict[str, str]:
    return {"authorization": f"Bearer {issuer.token()}"}


def publish_keys(mesh: FakeMesh, issuer: Issuer) -> None:
    """Identity answers GetJwks with the issuer's public key."""

    async def get_jwks(request: Any, context: Any) -> Any:
        return new("easyorder.identity.v1.Jwks", keys=[new("easyorder.identity.v1.Jwk", **issuer.jwk)])

    mesh.answers[GET_JWKS] = get_jwks
