"""A gRPC call that is never completed stays at Envoy, and uses no capacity of a service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from chassis.grpc.channel import open_channel
from tests.envoy.fake_mesh import FakeMesh
from tests.envoy.running import RunningEnvoy
from tests.polling import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

CALLS = 50
UNARY = "/easyorder.catalog.v1.ProductService/ListProducts"
STREAM = "/easyorder.inventory.v1.InventoryService/WatchInventory"


@pytest.mark.parametrize("method", [UNARY, STREAM])
async def test_what_is_not_complete_stays_at_envoy(method: str, envoy: RunningEnvoy, mesh: FakeMesh) -> None:
    complete = asyncio.Event()

    async def late() -> AsyncIterator[bytes]:
        await complete.wait()
        yield b""

    async with open_channel(envoy.target) as channel:
        began = await envoy.stat("http.http.downstream_rq_total")
        start: Any = channel.stream_unary(method) if method == UNARY else channel.stream_stream(method)
        calls = [start(late()) for _ in range(CALLS)]

        async def arrived() -> bool:
            return await envoy.stat("http.http.downstream_rq_total") >= began + CALLS

        await eventually(arrived, timeout_s=10)
        assert await envoy.stat("cluster.inventory.upstream_rq_active") == 0
        assert mesh.calls == []

        complete.set()
        await eventually(lambda: len(mesh.calls) == CALLS, timeout_s=10)
        for call in calls:
            call.cancel()
