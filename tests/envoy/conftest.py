"""One Envoy and one fake mesh for all tests of this folder; the records of the mesh are cleared for each test."""

from __future__ import annotations

import base64
import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from deploy.local.plain_http import plain_client
from tests.envoy.fake_mesh import GET_JWKS, SERVICES, FakeMesh, new
from tests.envoy.running import RunningEnvoy, running_envoy
from tests.mesh import Tokens
from tests.rate_limits.files import rate_limits_file


@pytest.fixture(scope="session")
def tokens() -> Tokens:
    return Tokens()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def started_mesh() -> AsyncIterator[FakeMesh]:
    mesh = FakeMesh()
    for service in SERVICES:
        await mesh.start(service)
    yield mesh
    await mesh.stop_all()


@pytest.fixture
def mesh(started_mesh: FakeMesh, tokens: Tokens) -> FakeMesh:
    started_mesh.reset()
    publish_keys(started_mesh, tokens)
    return started_mesh


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def envoy(
    started_mesh: FakeMesh, tokens: Tokens, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningEnvoy]:
    publish_keys(started_mesh, tokens)
    folder = tmp_path_factory.mktemp("envoy")
    limits = rate_limits_file(folder, orders=20)
    async with running_envoy(folder, started_mesh.ports, rate_limits_file=limits) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def http(envoy: RunningEnvoy) -> AsyncIterator[httpx.AsyncClient]:
    async with plain_client(envoy.url, timeout=10) as client:
        yield client


@pytest.fixture
def bearer(tokens: Tokens) -> dict[str, str]:
    # Another person for each test: nobody may place more than 20 orders a minute here.
    return {"authorization": f"Bearer {tokens.user(uuid.uuid4().hex)}"}


def publish_keys(mesh: FakeMesh, tokens: Tokens) -> None:
    """Edge answers GetJwks with the keys that `tokens` are signed with."""

    async def get_jwks(request: Any, context: Any) -> Any:
        keys = [_jwk(kid, key) for kid, key in (await tokens.keys()).items()]
        return new("easyorder.identity.v1.Jwks", keys=keys)

    mesh.answers[GET_JWKS] = get_jwks


def _jwk(kid: str, key: Ed25519PublicKey) -> dict[str, str]:
    x = base64.urlsafe_b64encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).rstrip(b"=").decode()
    return {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": kid, "alg": "EdDSA", "use": "sig"}
