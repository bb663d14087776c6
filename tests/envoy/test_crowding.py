"""Streams take no place of calls, calls none of streams, and what has no place is told when to try again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
import pytest_asyncio

from chassis.grpc.streams import StreamLimits
from deploy.local.plain_http import plain_client
from tests.chassis.grpc.orders import ORDER_WATCH, OrderWatchApi
from tests.chassis.grpc.test_streams import endless
from tests.envoy.error_shape import detail_of, reason_of, reason_of_grpc
from tests.envoy.fake_mesh import FakeMesh, new
from tests.envoy.running import RunningEnvoy, running_envoy
from tests.mesh import Tokens, serving
from tests.polling import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

PLACES = 2
WATCH_ORDERS = "/easyorder.order.v1.OrderWatchService/WatchOrders"
GET_ORDER = "/easyorder.order.v1.OrderService/GetOrder"


def with_few_streams(config: str) -> str:
    few = config.replace("max_requests: 8192", f"max_requests: {PLACES}")
    assert few != config
    return few


@pytest_asyncio.fixture(loop_scope="session")
async def small(started_mesh: FakeMesh, mesh: FakeMesh, tmp_path: Path) -> AsyncIterator[RunningEnvoy]:
    async with running_envoy(tmp_path, started_mesh.ports, changed=with_few_streams, call_limit=PLACES) as envoy:
        yield envoy


async def hold(mesh: FakeMesh, method: str, held: AsyncExitStack) -> None:
    """Calls of the method stay open until the end of `held`."""
    ends = asyncio.Event()
    held.callback(ends.set)

    async def stream(request: Any, context: Any) -> AsyncIterator[Any]:
        yield new("easyorder.order.v1.OrderEvent", sequence=1, heartbeat={})
        await ends.wait()

    async def unary(request: Any, context: Any) -> Any:
        await ends.wait()
        return new("easyorder.order.v1.Order", id=1)

    mesh.answers[method] = stream if method == WATCH_ORDERS else unary


@pytest.mark.reaches("TOO_MANY_STREAMS")
async def test_streams_take_no_place_of_calls(small: RunningEnvoy, mesh: FakeMesh, bearer: dict[str, str]) -> None:
    async with AsyncExitStack() as held, plain_client(small.url) as http:
        await hold(mesh, WATCH_ORDERS, held)
        for _ in range(PLACES):
            await held.enter_async_context(http.stream("GET", "/api/v1/orders:watch", headers=bearer))

        refused = await http.get("/api/v1/orders:watch", headers=bearer)
        refusal = await small.refusal(WATCH_ORDERS, bearer)
        read = await http.get("/api/v1/orders/1", headers=bearer)
        write = await http.post("/api/v1/orders", json={}, headers=bearer)

    assert (refused.status_code, reason_of(refused)) == (429, "TOO_MANY_STREAMS")
    assert refused.headers["retry-after"] == "5"
    assert detail_of(refused, "RetryInfo")["retryDelay"] == "5s"
    assert refusal.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert reason_of_grpc(refusal) == "TOO_MANY_STREAMS"
    assert read.status_code == write.status_code == httpx.codes.OK


async def test_reads_take_no_other_place(small: RunningEnvoy, mesh: FakeMesh, bearer: dict[str, str]) -> None:
    async with AsyncExitStack() as held, plain_client(small.url) as http, asyncio.TaskGroup() as calls:
        await hold(mesh, GET_ORDER, held)
        for _ in range(PLACES):
            calls.create_task(http.get("/api/v1/orders/1", headers=bearer))
        await eventually(lambda: len(mesh.calls) == PLACES)

        refused = await http.get("/api/v1/orders/1", headers=bearer)
        stream = await http.get("/api/v1/orders:watch", headers=bearer)
        write = await http.post("/api/v1/orders", json={}, headers=bearer)
        await held.aclose()

    assert (refused.status_code, reason_of(refused)) == (503, "UNAVAILABLE")
    assert refused.headers["retry-after"] == "2"
    assert len(mesh.calls) == PLACES + 2
    assert (stream.status_code, write.status_code) == (httpx.codes.NO_CONTENT, httpx.codes.OK)


async def test_a_services_own_refusal_says_when_to_try_again(tokens: Tokens, mesh: FakeMesh, tmp_path: Path) -> None:
    limits = StreamLimits(per_user=1)
    async with serving({ORDER_WATCH: OrderWatchApi(endless)}, tokens=tokens, stream_limits=limits) as service:
        ports = mesh.ports | {"order": service.server.port}
        bearer = {"authorization": f"Bearer {tokens.user('ann')}"}
        async with AsyncExitStack() as held:
            envoy = await held.enter_async_context(running_envoy(tmp_path, ports))
            http = await held.enter_async_context(plain_client(envoy.url))
            await held.enter_async_context(http.stream("GET", "/api/v1/orders:watch", headers=bearer))
            refused = await http.get("/api/v1/orders:watch", headers=bearer)

    assert (refused.status_code, reason_of(refused)) == (429, "TOO_MANY_STREAMS")
    assert refused.headers["retry-after"] == "5"
