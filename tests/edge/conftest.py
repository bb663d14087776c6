"""A portal on a free port in front of a mesh of health servers, which tests stop and restart."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1._async import HealthServicer

from chassis.grpc.clients import Client
from chassis.grpc.server import OPTIONS
from edge.bootstrap import portal
from edge.config import EdgeSettings
from edge.mesh_health import MeshHealth
from tests.mesh import service_keys

SERVICES = ("identity", "inventory", "order", "payment")


class CountingHealth(HealthServicer):
    """Counts how often it is asked, and who watches it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = self.watchers = 0

    async def Check(self, request: Any, context: Any) -> Any:
        self.asked += 1
        return await super().Check(request, context)

    async def Watch(self, request: Any, context: Any) -> None:
        self.watchers += 1
        try:
            await super().Watch(request, context)
        finally:
            self.watchers -= 1


@dataclass
class HealthServers:
    """One server a service, which has nothing but its health."""

    addresses: dict[str, str] = field(default_factory=dict)
    _health: dict[str, CountingHealth] = field(default_factory=dict)
    _servers: dict[str, grpc.aio.Server] = field(default_factory=dict)

    async def start(self, service: str) -> None:
        """On the port it had, if it has been up before."""
        # They let edge ping them, as those of the mesh do.
        server, self._health[service] = grpc.aio.server(options=OPTIONS), CountingHealth()
        health_pb2_grpc.add_HealthServicer_to_server(self._health[service], server)
        port = server.add_insecure_port(self.addresses.get(service, "127.0.0.1:0"))
        self.addresses[service] = f"127.0.0.1:{port}"
        await server.start()
        self._servers[service] = server

    async def drain(self, service: str) -> None:
        """It still answers, and says that it does not serve."""
        await self._health[service].set("", health_pb2.HealthCheckResponse.NOT_SERVING)

    def asked(self, service: str) -> int:
        """How often it was asked for its health."""
        return self._health[service].asked

    def watchers(self, service: str) -> int:
        """How many watch its health."""
        return self._health[service].watchers

    async def stop(self, service: str) -> None:
        await self._servers.pop(service).stop(None)

    async def stop_all(self) -> None:
        for service in list(self._servers):
            await self.stop(service)


@pytest.fixture
async def servers() -> AsyncIterator[HealthServers]:
    servers = HealthServers()
    for service in SERVICES:
        await servers.start(service)
    yield servers
    await servers.stop_all()


@pytest.fixture
async def address(servers: HealthServers) -> AsyncIterator[str]:
    """Where the portal listens."""
    found = {f"{service}_address": address for service, address in servers.addresses.items()}
    settings = EdgeSettings.model_validate(
        found | {"edge_address": "127.0.0.1:0", "service_keys_dir": service_keys(), "jwks_file": None}
    )
    health, identity = MeshHealth(settings.watched()), Client(settings.identity_address)
    server = portal(settings, health, identity)
    await health.start()
    await server.start()
    yield f"127.0.0.1:{server.port}"
    await server.stop(0)
    await health.stop()
    await identity.close()


@pytest.fixture
async def client(address: str) -> AsyncIterator[Client]:
    client = Client(address)
    yield client
    await client.close()
