"""A token is checked before anything else is done, and the refusal is JSON or gRPC as the caller speaks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import grpc
import httpx
import pytest
from grpc_status import rpc_status

from tests.envoy.conftest import publish_keys
from tests.envoy.error_shape import reason_of, reason_of_grpc
from tests.envoy.fake_mesh import FakeMesh
from tests.envoy.running import RunningEnvoy, running_envoy
from tests.mesh import Tokens
from tests.polling import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

LIST_ORDERS = "/easyorder.order.v1.OrderService/ListOrders"
KINDS = [*Tokens().refused(), "without expiry", "of a service"]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_bad_token_is_refused(
    kind: str, http: httpx.AsyncClient, envoy: RunningEnvoy, mesh: FakeMesh, tokens: Tokens
) -> None:
    bad = {
        **tokens.refused(),
        # Envoy allows for a second between the clocks, the services do not.
        "expired": tokens.user(exp=1_000_000_000),
        "without expiry": tokens.user(exp=None),
        "of a service": tokens.service(),
    }
    headers = {"authorization": f"Bearer {bad[kind]}"}
    reason = "TOKEN_EXPIRED" if kind == "expired" else "UNAUTHENTICATED"

    reply = await http.get("/api/v1/orders", headers=headers)
    refusal = await envoy.refusal(LIST_ORDERS, headers)

    assert (reply.status_code, reason_of(reply)) == (401, reason)
    assert refusal.code() is grpc.StatusCode.UNAUTHENTICATED
    assert reason_of_grpc(refusal) == reason
    assert mesh.calls == []


async def test_a_public_method_does_not_mind_a_bad_token(http: httpx.AsyncClient, mesh: FakeMesh) -> None:
    reply = await http.get("/api/v1/products", headers={"authorization": "Bearer nonsense"})

    assert reply.status_code == 200
    assert mesh.only_call.metadata["authorization"] == "Bearer nonsense"


async def test_identity_is_only_what_the_token_says(
    http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    spoofed = {"x-user-id": "admin", "x-user-roles": "ADMIN", "x-easyorder-on-behalf-of": "admin"}

    await http.get("/api/v1/orders", headers=bearer | spoofed | {"x-easyorder-position": "7"})

    assert not spoofed.keys() & mesh.only_call.metadata.keys()
    assert mesh.only_call.metadata["x-easyorder-position"] == "7"


async def test_clients_can_not_steer_envoy(envoy: RunningEnvoy, mesh: FakeMesh, bearer: dict[str, str]) -> None:
    steering = {"x-envoy-original-path": "/api/v1/admin/order/", "x-envoy-upstream-rq-timeout-ms": "1"}
    await envoy.call(LIST_ORDERS, bearer | steering)

    assert not steering.keys() & mesh.only_call.metadata.keys()


@pytest.fixture
async def lonely_envoy(tmp_path: Path) -> AsyncIterator[tuple[FakeMesh, RunningEnvoy]]:
    """An Envoy that is up before identity."""
    mesh = FakeMesh()
    for service in ("identity", "inventory", "order", "edge"):
        await mesh.start(service)
    await mesh.stop("identity")
    async with running_envoy(tmp_path, mesh.ports) as envoy:
        yield mesh, envoy
    await mesh.stop_all()


@pytest.mark.asyncio(loop_scope="function")
async def test_the_order_of_starting_does_not_matter(
    lonely_envoy: tuple[FakeMesh, RunningEnvoy], tokens: Tokens
) -> None:
    mesh, envoy = lonely_envoy
    bearer = {"authorization": f"Bearer {tokens.user()}"}
    async with httpx.AsyncClient(base_url=envoy.url, timeout=10) as http:
        before = await http.get("/api/v1/orders", headers=bearer)
        publish_keys(mesh, tokens)
        await mesh.start("identity")

        async def works() -> bool:
            return (await http.get("/api/v1/orders", headers=bearer)).status_code == 200

        assert (before.status_code, reason_of(before)) == (503, "UNAVAILABLE")
        assert await eventually(works, timeout_s=10)


async def test_grpc_details_agree_with_the_status(envoy: RunningEnvoy, mesh: FakeMesh) -> None:
    status = rpc_status.from_call(cast(grpc.Call, await envoy.refusal(LIST_ORDERS)))

    assert status is not None
    assert status.code == grpc.StatusCode.UNAUTHENTICATED.value[0]
