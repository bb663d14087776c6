"""What SIGTERM and SIGINT do to a process that serves."""

from __future__ import annotations

import asyncio
import os
import signal

from easyorder.order.v1 import GetOrderRequest
from grpc_health.v1 import health_pb2

from chassis.grpc.clients import Client
from chassis.grpc.server import GrpcServer, serve
from chassis.settings import MeshSettings
from tests.chassis.grpc.orders import GET_ORDER, ORDERS, OrderApi
from tests.chassis.grpc.test_server import health
from tests.mesh import Tokens
from tests.polling import eventually

SERVING, NOT_SERVING = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING


async def test_after_sigterm_it_serves_on_until_the_delay_is_over_or_sigint_comes() -> None:
    tokens = Tokens()
    server = GrpcServer(name="order", address="127.0.0.1:0", servicers={ORDERS: OrderApi()}, verifier=tokens.verifier())
    process = asyncio.create_task(serve(server, MeshSettings(drain_delay_s=600)))
    await eventually(lambda: server.port)
    address = f"127.0.0.1:{server.port}"
    assert await health(address) == SERVING
    client = Client(address, token=tokens.user())

    for _ in range(2):
        os.kill(os.getpid(), signal.SIGTERM)

        async def is_told(service: str = "") -> bool:
            return await health(address, service) == NOT_SERVING

        await eventually(is_told)
        assert await is_told(ORDERS)
        assert (await client.call(GET_ORDER, GetOrderRequest(id="1"))).id == "1"
    await client.close()
    os.kill(os.getpid(), signal.SIGINT)
    async with asyncio.timeout(20):
        await process


async def test_after_the_delay_it_stops() -> None:
    server = GrpcServer(name="order", address="127.0.0.1:0", servicers={}, verifier=Tokens().verifier())
    process = asyncio.create_task(serve(server, MeshSettings(drain_delay_s=0.05)))
    await eventually(lambda: server.port)

    os.kill(os.getpid(), signal.SIGTERM)

    async with asyncio.timeout(20):
        await process
