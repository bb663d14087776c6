"""The portal as a browser, a probe and grpcurl see it: through the real Envoy."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.local.plain_http import plain_client
from tests.edge.conftest import HealthServers
from tests.envoy.error_shape import detail_of, reason_of
from tests.envoy.running import RunningEnvoy, running_envoy


@pytest.fixture
async def envoy(servers: HealthServers, address: str, tmp_path: Path) -> AsyncIterator[RunningEnvoy]:
    addresses = {service: servers.addresses[service] for service in ("identity", "inventory", "order")}
    ports = {service: int(found.rpartition(":")[2]) for service, found in (addresses | {"edge": address}).items()}
    async with running_envoy(tmp_path, ports) as envoy:
        yield envoy


async def test_pages_and_health(envoy: RunningEnvoy, servers: HealthServers) -> None:
    async with plain_client(envoy.url, timeout=10) as http:
        home = await http.get("/")
        policies = home.headers.get_list("content-security-policy")
        api = await http.get("/openapi.json")
        well = await http.get("/healthz")
        await servers.stop("payment")
        ill = await http.get("/healthz")

    assert (home.status_code, home.headers["content-type"]) == (200, "text/html; charset=utf-8")
    [policy] = policies
    assert {"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"} <= {*policy.split("; ")}
    assert (api.status_code, api.headers["content-type"]) == (200, "application/json")
    assert (well.status_code, well.json()["status"]) == (200, "SERVING")
    assert (ill.status_code, reason_of(ill)) == (503, "UNAVAILABLE")
    assert detail_of(ill, "ErrorInfo")["metadata"]["payment"] == "UNREACHABLE"


async def test_grpcurl_sees_one_api(envoy: RunningEnvoy) -> None:
    listed = await grpcurl(envoy.target, "list")
    described = await grpcurl(envoy.target, "describe", "easyorder.order.v1.OrderService.CreateOrder")

    assert {"easyorder.order.v1.OrderService", "easyorder.identity.v1.IdentityService"} <= set(listed.split())
    assert (
        "rpc CreateOrder ( .easyorder.order.v1.CreateOrderRequest ) returns ( .easyorder.order.v1.Order )" in described
    )


async def grpcurl(target: str, *arguments: str) -> str:
    binary = Path(sys.executable).parent / "grpcurl"
    process = await asyncio.create_subprocess_exec(
        binary, "-plaintext", target, *arguments, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    return output.decode()
