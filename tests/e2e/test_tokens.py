"""Access rules, at Envoy and at each service directly."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

import grpc
import httpx
import pytest
from easyorder.internal.inventory.v1 import ReleaseRequest

from chassis import contract
from chassis.auth.service_tokens import ServiceTokens
from chassis.context import Audience
from chassis.grpc.channel import open_channel
from chassis.wire import codec
from deploy.local.shop import Shop
from tests.e2e.forged_tokens import forge
from tests.e2e.running_mesh import RunningMesh
from tests.e2e.test_shopping import a_stocked_product

# One method of each service that wants a token, with a request that is valid as it is.
PROTECTED = {
    "identity": "/easyorder.identity.v1.IdentityService/ListUsers",
    "inventory": "/easyorder.incentive.v1.IncentiveService/ListIncentives",
    "order": "/easyorder.order.v1.OrderService/ListOrders",
    "payment": "/easyorder.internal.payment.v1.PaymentService/GetPayment",
}
SERVICE_METHODS = [m for m in contract.methods().values() if m.access.allow == {Audience.SERVICE}]


async def call(
    mesh: RunningMesh, door: str, method: str, token: str | None, request: bytes = b"", **metadata: str
) -> grpc.StatusCode:
    """The status of a call with a bare gRPC client."""
    sent = [(key.replace("_", "-"), value) for key, value in metadata.items()]
    if token is not None:
        sent.append(("authorization", f"Bearer {token}"))
    async with open_channel(mesh.http_address) if door == "envoy" else mesh.open_channel(door) as channel:
        try:
            stub: Any = channel.unary_unary(method)
            await stub(request, metadata=sent, timeout=10)
        except grpc.aio.AioRpcError as error:
            return error.code()
    return grpc.StatusCode.OK


async def test_without_a_token(mesh: RunningMesh, http: httpx.AsyncClient) -> None:
    answer = await http.get("/api/v1/orders")

    assert (answer.status_code, answer.json()["details"][0]["reason"]) == (401, "UNAUTHENTICATED")
    for service, method in PROTECTED.items():
        assert await call(mesh, service, method, None) is grpc.StatusCode.UNAUTHENTICATED, service
        assert await call(mesh, "envoy", method, None) is not grpc.StatusCode.OK, service


@pytest.mark.parametrize(
    "fault",
    [
        *("tampered", "expired", "alg=none", "wrong audience", "wrong issuer", "wrong type", "another key", "garbage"),
        *("without expiry", "HS256 with the public key", "a key of its own"),
    ],
)
async def test_with_a_bad_token(mesh: RunningMesh, http: httpx.AsyncClient, fault: str) -> None:
    token = (await forge(mesh)).refused()[fault]

    answer = await http.get("/api/v1/orders", headers={"authorization": f"Bearer {token}"})

    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/json"), answer.text
    assert answer.json()["details"][0]["reason"] in {"UNAUTHENTICATED", "TOKEN_EXPIRED"}
    for service, method in PROTECTED.items():
        assert await call(mesh, service, method, token) is grpc.StatusCode.UNAUTHENTICATED, service
    order_method = PROTECTED["order"]
    assert await call(mesh, "envoy", order_method, token) is grpc.StatusCode.UNAUTHENTICATED


async def test_a_good_token_of_the_same_forge_passes(mesh: RunningMesh, http: httpx.AsyncClient) -> None:
    # Otherwise the refusals above would prove nothing.
    token = (await forge(mesh)).token()

    assert (await http.get("/api/v1/orders", headers={"authorization": f"Bearer {token}"})).status_code == 200
    assert await call(mesh, "order", PROTECTED["order"], token) is grpc.StatusCode.OK


@pytest.mark.parametrize("method", SERVICE_METHODS, ids=lambda method: method.full_name)
async def test_service_methods_are_refused_to_everybody_else(
    mesh: RunningMesh, admin: Shop, shopper: Shop, method: contract.Method
) -> None:
    for shop in (shopper, admin):
        token = shop.headers["authorization"].removeprefix("Bearer ")
        own = await call(mesh, method.service.split(".")[2], method.full_name, token)
        assert own is grpc.StatusCode.PERMISSION_DENIED
        assert await call(mesh, "envoy", method.full_name, token) in {
            grpc.StatusCode.PERMISSION_DENIED,
            grpc.StatusCode.UNIMPLEMENTED,
            grpc.StatusCode.UNAUTHENTICATED,
            grpc.StatusCode.NOT_FOUND,
        }


async def test_a_service_token_passes_between_services_and_not_at_envoy(mesh: RunningMesh) -> None:
    token = ServiceTokens("order", mesh.service_keys).current("inventory")
    request = codec(ReleaseRequest).encode(ReleaseRequest(order_ids=[1], revisions=[0]))
    release = "/easyorder.internal.inventory.v1.ReservationService/Release"

    assert await call(mesh, "inventory", release, token, request) is grpc.StatusCode.OK
    assert await call(mesh, "envoy", release, token, request) is not grpc.StatusCode.OK


async def test_a_spoofed_identity_changes_nothing(
    mesh: RunningMesh, http: httpx.AsyncClient, admin: Shop, shopper: Shop
) -> None:
    counter = await a_stocked_product(admin)
    order = await admin.order({counter.ids[0]: 1}, "tok_ok")
    spoofed = {
        "x-user-id": order["createdBy"],
        "x-easyorder-on-behalf-of": order["createdBy"],
        "x-user-roles": "ADMIN",
        "x-jwt-payload": "eyJyb2xlcyI6WyJBRE1JTiJdfQ",
    }

    path = f"/api/v1/orders/{order['id']}"
    assert (await http.get(path, headers=shopper.headers | spoofed)).status_code == 404
    assert (await http.get(path, headers=spoofed)).status_code == 401
    mine = await http.post(
        "/api/v1/orders",
        json={
            "requestId": uuid.uuid4().hex,
            "currencyCode": "USD",
            "items": [{"productItemId": counter.ids[0], "quantity": 1}],
            "payment": {"method": "PAYMENT_METHOD_CARD", "token": "tok_ok"},
        },
        headers=shopper.headers | spoofed,
    )
    assert mine.json()["createdBy"] != order["createdBy"]
    users = await http.get("/api/v1/admin/users", headers=shopper.headers | spoofed)
    assert users.status_code == 403


async def test_an_administrator_is_anybody_to_an_owned_method_that_does_not_list_them(
    http: httpx.AsyncClient, admin: Shop, shopper: Shop
) -> None:
    counter = await a_stocked_product(admin)
    shoppers = (await shopper.order({counter.ids[0]: 1}, "tok_ok"))["id"]
    own = (await admin.order({counter.ids[0]: 1}, "tok_ok"))["id"]
    everybodys = await http.get("/api/v1/admin/orders", params={"pageSize": 50}, headers=admin.headers)

    # GetOrder lists administrators, ListOrders does not.
    assert (await admin.get_order(shoppers))["id"] == shoppers
    assert {own, shoppers} <= {order["id"] for order in everybodys.json()["orders"]}
    listed = {order["id"] for order in (await admin.list_orders())["orders"]}
    assert own in listed
    assert shoppers not in listed


@pytest.mark.reaches("TOKEN_EXPIRED")
async def test_a_stream_ends_with_its_token(mesh: RunningMesh, http: httpx.AsyncClient) -> None:
    bearer = {"authorization": f"Bearer {(await forge(mesh)).token(exp=int(time.time()) + 2)}"}

    async with http.stream("GET", "/api/v1/orders:watch", headers=bearer) as stream:
        lines = [line async for line in stream.aiter_lines()]
    again = await http.get("/api/v1/orders:watch", headers=bearer)

    first, *_, last = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
    assert (last["error"]["code"], last["error"]["details"][0]["reason"]) == (16, "TOKEN_EXPIRED")
    assert first["resumeToken"]
    assert last["resumeToken"]
    assert again.status_code == 401


async def test_a_ticket_opens_one_stream(http: httpx.AsyncClient, shopper: Shop) -> None:
    made = await http.post("/api/v1/streamTickets", json={}, headers=shopper.headers)
    ticket = {"ticket": made.json()["ticket"]}

    async with http.stream("GET", "/api/v1/orders:watch", params=ticket) as stream:
        first = await anext(line async for line in stream.aiter_lines() if line.startswith("data: "))
    again = await http.get("/api/v1/orders:watch", params=ticket)
    elsewhere = await http.get("/api/v1/orders", params=ticket)

    assert "heartbeat" in json.loads(first.removeprefix("data: "))
    assert (again.status_code, again.json()["details"][0]["reason"]) == (401, "UNAUTHENTICATED")
    assert elsewhere.status_code == 401
