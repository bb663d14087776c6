"""Tokens are checked first, and the refusal is JSON or gRPC like the request."""

from __future__ import annotations

from typing import cast

import grpc
import httpx
import pytest
from grpc_status import rpc_status

from tests.envoy.error_shape import reason_of, reason_of_grpc
from tests.envoy.fake_mesh import FakeMesh
from tests.envoy.running import RunningEnvoy
from tests.mesh import Tokens

pytestmark = pytest.mark.asyncio(loop_scope="session")

LIST_ORDERS = "/easyorder.order.v1.OrderService/ListOrders"
# Of tokens of another type Envoy knows nothing; the services refuse them.
KINDS = [*(kind for kind in Tokens().refused() if kind != "wrong type"), "without expiry", "of a service"]


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
    steering = {"x-envoy-original-path": "/api/v1/admin/ops/order/", "x-envoy-upstream-rq-timeout-ms": "1"}
    claims = {"x-request-id": "of another call", "x-forwarded-proto": "https", "x-envoy-internal": "true"}
    await envoy.call(LIST_ORDERS, bearer | steering | claims)

    assert not steering.keys() & mesh.only_call.metadata.keys()
    assert not claims.items() & mesh.only_call.metadata.items()


async def test_grpc_details_agree_with_the_status(envoy: RunningEnvoy, mesh: FakeMesh) -> None:
    status = rpc_status.from_call(cast(grpc.Call, await envoy.refusal(LIST_ORDERS)))

    assert status is not None
    assert status.code == grpc.StatusCode.UNAUTHENTICATED.value[0]
