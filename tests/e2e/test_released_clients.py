"""Clients of each release still understand this version: they have the contract as it was, and call through Envoy."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from tests.e2e.running_mesh import RunningMesh
from tests.polling import eventually
from tests.released.release import RELEASES, Release

Json = dict[str, Any]
PASSWORD, PIECES = "untold Passw0rd!", 10
# 0.3.0 revised the contract; what clients of those before it call is no more.
WITH_A_CONTRACT = [version for version, release in RELEASES.items() if release.contract.exists()]
PACKAGES = {
    "IdentityService": "identity",
    "ProductService": "catalog",
    "InventoryService": "inventory",
    "OrderService": "order",
    "OrderWatchService": "order",
}


@dataclass(frozen=True)
class ReleasedClient:
    """Calls by the contract of a release; what it does not know in a reply, it does not see."""

    pool: DescriptorPool
    channel: grpc.aio.Channel
    metadata: tuple[tuple[str, str], ...] = ()

    async def login(self, email: str, password: str) -> ReleasedClient:
        token = (await self.call("IdentityService.Login", email=email, password=password))["accessToken"]
        return replace(self, metadata=(("authorization", f"Bearer {token}"),))

    async def call(self, method: str, **fields: Any) -> Json:
        path, request, reply = self._method(method, fields)
        ask = self.channel.unary_unary(path, type(request).SerializeToString, reply.FromString)

        async def answered() -> Message | None:
            try:
                return await ask(request, metadata=self.metadata, timeout=20)
            except grpc.aio.AioRpcError as error:
                # Then clients try again, as the contract says.
                if error.code() is not grpc.StatusCode.UNAVAILABLE:
                    raise
                return None

        return seen(await eventually(answered, timeout_s=30))

    async def stream(self, method: str, **fields: Any) -> AsyncIterator[Json]:
        path, request, reply = self._method(method, fields)
        ask = self.channel.unary_stream(path, type(request).SerializeToString, reply.FromString)
        async for message in ask(request, metadata=self.metadata, timeout=20):
            yield seen(message)

    def _method(self, name: str, fields: dict[str, Any]) -> tuple[str, Message, type[Message]]:
        service, _, method = name.partition(".")
        found = self.pool.FindServiceByName(f"easyorder.{PACKAGES[service]}.v1.{service}").methods_by_name[method]
        request = ParseDict(fields, GetMessageClass(found.input_type)())
        return f"/{found.containing_service.full_name}/{method}", request, GetMessageClass(found.output_type)


def seen(message: Message) -> Json:
    """What the client sees, all of whose values it knows."""
    unknown = list(_unknown_values(message))
    assert not unknown, f"values that the release does not know: {unknown}"
    shown: Json = MessageToDict(message, always_print_fields_with_no_presence=True)
    return shown


def _unknown_values(message: Message) -> Iterator[str]:
    for field, value in message.ListFields():
        if field.message_type and field.message_type.GetOptions().map_entry:
            continue
        for item in value if field.is_repeated else [value]:
            if field.enum_type and item not in field.enum_type.values_by_number:
                yield f"{field.full_name} = {item}"
            if isinstance(item, Message):
                yield from _unknown_values(item)


@asynccontextmanager
async def client_of(release: Release, mesh: RunningMesh) -> AsyncIterator[ReleasedClient]:
    async with grpc.aio.insecure_channel(mesh.http_address, (("grpc.enable_http_proxy", 0),)) as channel:
        yield ReleasedClient(release.contract_pool(), channel)


@pytest.mark.parametrize("version", WITH_A_CONTRACT)
async def test_a_day_of_a_released_client(mesh: RunningMesh, version: str) -> None:
    email = f"{uuid.uuid4().hex}@example.com"
    async with client_of(RELEASES[version], mesh) as anybody:
        await anybody.call("IdentityService.Register", email=email, password=PASSWORD, displayName="A shopper")
        shopper, admin = await anybody.login(email, PASSWORD), await anybody.login("admin@example.com", "Admin123!")
        item = await a_lamp(admin)

        paid = await an_order(shopper, item, "tok_ok")
        await ends_as(shopper, paid, "PAID")
        refund = {"items": [{"productItemId": item, "quantity": 1}], "reason": "scratched"}
        await admin.call("OrderService.RefundOrder", id=paid, requestId=uuid.uuid4().hex, **refund)
        parcel = {"carrier": "DHL", "trackingNumber": "JD1"}
        shipped = await admin.call("OrderService.ShipOrder", id=paid, shipment=parcel)
        await admin.call("OrderService.DeliverOrder", id=paid, etag=shipped["etag"])

        changed = await an_order(shopper, item, "tok_slow_1000")
        lines = [{"productItemId": item, "quantity": 1}]
        await shopper.call("OrderService.UpdateOrder", id=changed, items=lines)
        await shopper.call("OrderService.CancelOrder", id=changed, reason="too dear")

        refused = await an_order(shopper, item, "tok_declined")
        await ends_as(shopper, refused, "FAILED")
        payment = {"method": "PAYMENT_METHOD_CARD", "token": "tok_ok"}
        await shopper.call("OrderService.RetryPayment", id=refused, requestId=uuid.uuid4().hex, payment=payment)
        await ends_as(shopper, refused, "PAID")

        async def are_listed() -> bool:
            orders = (await shopper.call("OrderService.ListOrders"))["orders"]
            ends = {paid: "DELIVERED", changed: "CANCELLED", refused: "PAID"}
            return {order["id"]: order["status"].removeprefix("ORDER_STATUS_") for order in orders} == ends

        await eventually(are_listed, timeout_s=30)
        found = await shopper.call("OrderService.GetOrder", id=paid)
        assert found["payments"][-1]["status"] == "PAYMENT_STATUS_PARTIALLY_REFUNDED"
        level = await admin.call("InventoryService.GetStockLevel", productItemId=item)
        assert int(level["quantityOnHand"]) == PIECES - 2 + 1 - 2


@pytest.mark.parametrize("version", WITH_A_CONTRACT)
def test_a_value_that_a_release_does_not_know_is_noticed(version: str) -> None:
    order = RELEASES[version].contract_pool().FindMessageTypeByName("easyorder.order.v1.Order")
    reply = ParseDict({"payments": [{"status": 99}]}, GetMessageClass(order)())

    with pytest.raises(AssertionError, match=r"Payment\.status = 99"):
        seen(reply)


async def a_lamp(admin: ReleasedClient) -> str:
    """The id of its only item."""
    item = {"sku": f"LAMP-{uuid.uuid4().hex[:8]}", "quantityOnHand": PIECES}
    price = {"currencyCode": "EUR", "units": "20"}
    product = {"name": "Desk lamp", "basePrice": price, "productItems": [item]}
    made = await admin.call("ProductService.CreateProduct", product=product)
    return str(made["productItems"][0]["id"])


async def an_order(shopper: ReleasedClient, item: str, token: str) -> str:
    """The id of an order of two pieces."""
    payment = {"method": "PAYMENT_METHOD_CARD", "token": token}
    lines = [{"productItemId": item, "quantity": 2}]
    placed = await shopper.call(
        "OrderService.CreateOrder", requestId=uuid.uuid4().hex, currencyCode="EUR", items=lines, payment=payment
    )
    return str(placed["id"])


async def ends_as(shopper: ReleasedClient, order: str, status: str) -> None:
    """Follows the order until it has the status."""
    async for event in shopper.stream("OrderWatchService.WatchOrder", id=order):
        content = event.get("orderStatusChanged") or event.get("orderSnapshot")
        if content and content["order"]["status"] == f"ORDER_STATUS_{status}":
            return
    raise AssertionError(f"the stream ended before the order was {status}")
