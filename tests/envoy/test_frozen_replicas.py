"""A replica that freezes is left within two seconds; those calls end that it may have received."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from deploy.local.plain_http import plain_client
from tests.envoy.conftest import publish_keys
from tests.envoy.error_shape import reason_of
from tests.envoy.fake_mesh import FakeMesh
from tests.envoy.running import running_envoy
from tests.envoy.test_errors import ORDER
from tests.freezing import Freezable, freezable
from tests.mesh import Tokens

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def replicas(mesh: FakeMesh) -> AsyncIterator[list[Freezable]]:
    """Two of order."""
    async with freezable(mesh.ports["order"]) as first, freezable(mesh.ports["order"]) as second:
        yield [first, second]


@pytest_asyncio.fixture(loop_scope="session")
async def shop(
    replicas: list[Freezable], mesh: FakeMesh, tokens: Tokens, tmp_path: Path
) -> AsyncIterator[httpx.AsyncClient]:
    publish_keys(mesh, tokens)
    both = ",".join(replica.address for replica in replicas)
    async with (
        running_envoy(tmp_path, mesh.ports, order_address=both) as envoy,
        plain_client(envoy.url, timeout=10) as client,
    ):
        client.headers["authorization"] = f"Bearer {tokens.user()}"
        yield client


async def both_are_used(shop: httpx.AsyncClient) -> None:
    for _ in range(4):
        answers = await asyncio.gather(*(shop.get("/api/v1/orders/7") for _ in range(8)))
        assert {answer.status_code for answer in answers} == {200}


async def test_a_replica_that_freezes_is_left(shop: httpx.AsyncClient, replicas: list[Freezable]) -> None:
    await both_are_used(shop)
    replicas[0].freeze()

    orders = [shop.post("/api/v1/orders", json=ORDER) for _ in range(8)]
    reads = [shop.get("/api/v1/orders/7") for _ in range(8)]
    async with asyncio.timeout(4):
        answers = await asyncio.gather(*orders, *reads)
    lost = [answer for answer in answers if answer.status_code != 200]

    # Nobody knows whether a frozen replica has received an order. A read is made again.
    assert lost
    assert {(reason_of(answer), answer.request.method) for answer in lost} == {("UNAVAILABLE", "POST")}
    async with asyncio.timeout(1):
        assert {(await shop.post("/api/v1/orders", json=ORDER)).status_code for _ in range(20)} == {200}
