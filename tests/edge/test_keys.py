"""Edge serves the public keys for token verification to Envoy, even while identity is unavailable."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from easyorder.identity.v1 import GetJwksRequest, Jwks

from chassis.auth.keys import to_jwks
from chassis.grpc.clients import Client, rpc
from edge.bootstrap import IDENTITY, portal
from edge.config import EdgeSettings
from edge.mesh_health import MeshHealth
from tests.mesh import Tokens, service_keys, serving

GET_JWKS = rpc(IDENTITY, "GetJwks", GetJwksRequest, Jwks)


class Identity:
    """The one rpc that edge needs of it."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    async def get_jwks(self, request: GetJwksRequest) -> Jwks:
        return to_jwks(await self._tokens.keys())


@asynccontextmanager
async def running_portal(identity_address: str, jwks_file: Path) -> AsyncIterator[Client]:
    settings = EdgeSettings(
        identity_address=identity_address,
        edge_address="127.0.0.1:0",
        service_keys_dir=service_keys(),
        jwks_file=jwks_file,
    )
    identity = Client(settings.identity_address)
    server = portal(settings, MeshHealth({}), identity)
    await server.start()
    client = Client(f"127.0.0.1:{server.port}")
    try:
        yield client
    finally:
        await client.close()
        await server.stop(0)
        await identity.close()


async def test_keys_are_told_through_restarts_without_identity(tmp_path: Path) -> None:
    tokens, file = Tokens(), tmp_path / "jwks.json"
    known = to_jwks(await tokens.keys())
    async with serving({IDENTITY: Identity(tokens)}) as identity:
        address = identity.address
        async with running_portal(address, file) as edge:
            assert await edge.call(GET_JWKS, GetJwksRequest()) == known

    async with running_portal(address, file) as edge:
        assert await edge.call(GET_JWKS, GetJwksRequest()) == known
        assert await edge.call(GET_JWKS, GetJwksRequest()) == known


async def test_before_any_key_is_known_it_tells_none(tmp_path: Path) -> None:
    async with running_portal("127.0.0.1:9", tmp_path / "jwks.json") as edge:
        assert await edge.call(GET_JWKS, GetJwksRequest()) == Jwks()
