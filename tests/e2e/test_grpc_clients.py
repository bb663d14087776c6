"""gRPC from outside: a grpcio client and the real grpcurl, through Envoy and directly at each service."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import uuid
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path

import pytest
from easyorder.common.v1 import OrderLine, PaymentMethod
from easyorder.order.v1 import CreateOrderRequest, Order, OrderEvent, OrderStatus, PaymentDetails, WatchOrderRequest

from chassis import contract
from chassis.grpc.clients import Client, rpc
from deploy.local.shop import Shop
from tests.e2e.running_mesh import RunningMesh
from tests.e2e.test_shopping import a_stocked_product

CREATE = rpc("easyorder.order.v1.OrderService", "CreateOrder", CreateOrderRequest, Order)
WATCH_ORDER = rpc("easyorder.order.v1.OrderWatchService", "WatchOrder", WatchOrderRequest, OrderEvent)
GRPCURL = shutil.which("grpcurl", path=str(Path(sys.executable).parent)) or shutil.which("grpcurl")
SERVED = {
    "identity": "easyorder.identity.v1.IdentityService",
    "inventory": "easyorder.inventory.v1.InventoryService",
    "order": "easyorder.order.v1.OrderService",
    "payment": "easyorder.ops.v1.OpsService",
    "edge": "easyorder.edge.v1.PortalService",
}


def bearer(shop: Shop) -> str:
    return shop.headers["authorization"].removeprefix("Bearer ")


def a_client(mesh: RunningMesh, door: str, shopper: Shop) -> Client:
    if door == "envoy":
        return Client(mesh.http_address, token=bearer(shopper))
    return Client(mesh.address(door), door, token=bearer(shopper), tls=mesh.tls)


async def grpcurl(mesh: RunningMesh, door: str, *arguments: str, options: Sequence[str] = ()) -> str:
    """Standard output of the real grpcurl; AssertionError with what it said when it fails."""
    assert GRPCURL, "grpcurl is part of requirements/dev.txt"
    address, tls = mesh.http_address if door == "envoy" else mesh.address(door), ["-plaintext"]
    if door != "envoy" and mesh.tls_dir:
        own = str(mesh.tls_dir / "operator.pem")
        tls = ["-cacert", str(mesh.tls_dir / "ca.pem"), "-cert", own, "-key", own, "-servername", door]
    running = await asyncio.create_subprocess_exec(
        GRPCURL, *tls, *options, address, *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await asyncio.wait_for(running.communicate(), 20)
    assert running.returncode == 0, said.decode()
    return said.decode()


async def until_paid(client: Client, request: WatchOrderRequest) -> list[OrderEvent]:
    """The messages of an order's stream up to the one that says that it is paid."""
    messages: list[OrderEvent] = []
    async with aclosing(client.stream(WATCH_ORDER, request)) as stream:
        async for message in stream:
            messages.append(message)
            snapshot, change = message.order_snapshot, message.order_status_changed
            order = snapshot.order if snapshot else change and change.order
            if order and order.status is OrderStatus.PAID:
                break
    return messages


@pytest.mark.parametrize("door", ["envoy", "order"])
async def test_an_order_by_grpc_is_paid_and_streamed(mesh: RunningMesh, admin: Shop, shopper: Shop, door: str) -> None:
    counter = await a_stocked_product(admin)
    client = a_client(mesh, door, shopper)

    order = await client.call(
        CREATE,
        CreateOrderRequest(
            request_id=uuid.uuid4().hex,
            currency_code="USD",
            items=[OrderLine(product_item_id=item, quantity=1) for item in counter.ids[:3]],
            payment=PaymentDetails(method=PaymentMethod.CARD, token="tok_flaky_1"),
        ),
    )
    messages = await until_paid(client, WatchOrderRequest(id=order.id))
    await client.close()

    assert order.status is OrderStatus.CONFIRMED
    assert messages[0].order_snapshot is not None
    last = messages[-1].order_status_changed
    assert last is not None
    assert last.to_status is OrderStatus.PAID


async def test_a_stream_resumes_where_it_was(mesh: RunningMesh, admin: Shop, shopper: Shop) -> None:
    counter = await a_stocked_product(admin)
    client = a_client(mesh, "order", shopper)
    order = (await shopper.order({counter.ids[0]: 1}, "tok_flaky_2"))["id"]
    everything = await until_paid(client, WatchOrderRequest(id=order, after_sequence=0))

    for seen in (everything[0], everything[2]):
        rest = await until_paid(client, WatchOrderRequest(id=order, resume_token=seen.resume_token))
        assert [m.sequence for m in rest] == [m.sequence for m in everything if m.sequence > seen.sequence]
    await client.close()
    assert [m.sequence for m in everything] == list(range(1, len(everything) + 1))


async def test_grpcurl_sees_the_public_contract_at_envoy(mesh: RunningMesh) -> None:
    listed = (await grpcurl(mesh, "envoy", "list")).split()
    described = await grpcurl(mesh, "envoy", "describe", "easyorder.order.v1.OrderService.CreateOrder")

    assert set(SERVED.values()) <= set(listed)
    assert not [name for name in listed if contract.is_internal(name)]
    assert "rpc CreateOrder" in described


@pytest.mark.parametrize("service", SERVED)
async def test_grpcurl_lists_and_describes_each_service(mesh: RunningMesh, service: str) -> None:
    listed = (await grpcurl(mesh, service, "list")).split()
    described = await grpcurl(mesh, service, "describe", SERVED[service])

    assert {SERVED[service], "grpc.health.v1.Health"} <= set(listed)
    assert f"service {SERVED[service].rpartition('.')[2]}" in described


@pytest.mark.parametrize("door", ["envoy", "order"])
async def test_grpcurl_orders(mesh: RunningMesh, admin: Shop, shopper: Shop, door: str) -> None:
    counter = await a_stocked_product(admin)
    request = {
        "request_id": uuid.uuid4().hex,
        "currencyCode": "USD",
        "items": [{"product_item_id": counter.ids[0], "quantity": 2}],
        "payment": {"method": "PAYMENT_METHOD_CARD", "token": "tok_ok"},
    }

    sent = ("-H", f"authorization: Bearer {bearer(shopper)}", "-d", json.dumps(request))
    said = await grpcurl(mesh, door, "easyorder.order.v1.OrderService/CreateOrder", options=sent)

    order = json.loads(said)
    assert order["status"] == "ORDER_STATUS_CONFIRMED"
    assert (await shopper.get_order(order["id"]))["id"] == order["id"]


@pytest.mark.parametrize("service", SERVED)
async def test_each_service_tells_its_health(mesh: RunningMesh, service: str) -> None:
    assert json.loads(await grpcurl(mesh, service, "grpc.health.v1.Health/Check")) == {"status": "SERVING"}
