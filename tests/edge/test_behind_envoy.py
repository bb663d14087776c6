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


@pytest.mark.parametrize("path", ["/", "/openapi.json", "/static/favicon.svg"])
async def test_a_browser_that_has_a_page_gets_no_second_copy(path: str, envoy: RunningEnvoy) -> None:
    async with plain_client(envoy.url, timeout=10) as http:
        first = await http.get(path)
        again = await http.get(path, headers={"if-none-match": first.headers["etag"]})

    assert (first.status_code, first.headers["cache-control"]) == (200, "no-cache")
    # httpx decompresses what is compressed.
    assert first.headers.get("content-encoding") == (None if len(first.content) < 1_000 else "gzip")
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert not {"x-easyorder-not-modified", "content-type"} & again.headers.keys()


NO_FILES = [
    "nope.js",
    "",
    "a/../../api.py",
    "..%2f..%2fapi.py",
    "%2e%2e/%2e%2e/api.py",
    "..%5c..%5capi.py",
    "favicon.svg%00",
]


@pytest.mark.parametrize("path", NO_FILES)
async def test_only_files_of_the_pages_can_be_named(path: str, envoy: RunningEnvoy) -> None:
    head, body = await envoy.exchange(f"GET /static/{path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode())

    assert head.split()[1] in ("400", "404", "307"), head
    assert "PortalApi" not in body


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
