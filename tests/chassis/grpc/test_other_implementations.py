"""Our client against a server that shares no code with ours: grpcio's, synchronous, with protobuf's messages.

pytest-grpc starts the server on a real socket. The results apply to services written in any other language.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import grpc
import pytest
import pytest_asyncio
from easyorder.order.v1 import GetOrderRequest, Order, OrderEvent, OrderItem, OrderStatus, WatchOrderRequest
from google.protobuf import any_pb2
from google.protobuf.message_factory import GetMessageClass
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from chassis import contract
from chassis.errors import InvalidArgument, PermissionDenied, Unauthenticated, Unimplemented
from chassis.grpc.clients import Client
from tests.chassis.grpc.orders import AN_ORDER, CANCEL_ORDER, CREATE_ORDER, GET_ORDER, ORDER_WATCH, ORDERS, WATCH_ORDER


def upb(message_type: Any) -> Any:
    return GetMessageClass(contract.descriptor_of(message_type))


class PlainOrders:
    """OrderService and OrderWatchService as the protobuf documentation would write them."""

    def get_order(self, request: Any, context: grpc.ServicerContext) -> Any:
        if dict(context.invocation_metadata()).get("authorization") != "Bearer let-me-in":
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "who are you?")
        item = upb(OrderItem)(product_item_id="5", name="Tasse für Käse", quantity=2)
        return upb(Order)(id=request.id, status=3, items=[item])

    def create_order(self, request: Any, context: grpc.ServicerContext) -> Any:
        bad = error_details_pb2.BadRequest()
        bad.field_violations.add(field="items[0].quantity", description="too many")
        packed = any_pb2.Any()
        packed.Pack(bad)
        info = any_pb2.Any()
        info.Pack(error_details_pb2.ErrorInfo(reason="INVALID_ARGUMENT", domain="elsewhere"))
        status = status_pb2.Status(code=3, message="no", details=[info, packed])
        context.abort_with_status(rpc_status.to_status(status))

    def watch_order(self, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        yield upb(OrderEvent)(sequence=request.after_sequence + 1, heartbeat={})
        context.abort(grpc.StatusCode.PERMISSION_DENIED, "enough")


def add_to_server(servicer: PlainOrders, server: grpc.Server) -> None:
    def unary(name: str, request: Any) -> Any:
        work = getattr(servicer, name)
        return grpc.unary_unary_rpc_method_handler(work, upb(request).FromString, upb(Order).SerializeToString)

    stream = grpc.unary_stream_rpc_method_handler(
        servicer.watch_order, upb(WatchOrderRequest).FromString, upb(OrderEvent).SerializeToString
    )
    methods = {"GetOrder": unary("get_order", GetOrderRequest), "CreateOrder": unary("create_order", type(AN_ORDER))}
    server.add_generic_rpc_handlers(
        (
            grpc.method_handlers_generic_handler(ORDERS, methods),
            grpc.method_handlers_generic_handler(ORDER_WATCH, {"WatchOrder": stream}),
        )
    )


@pytest.fixture(scope="module")
def grpc_servicer() -> PlainOrders:
    return PlainOrders()


@pytest.fixture(scope="module")
def grpc_add_to_server() -> Any:
    return add_to_server


@pytest_asyncio.fixture
async def client(grpc_server: grpc.Server, grpc_addr: str) -> AsyncIterator[Client]:
    client = Client(grpc_addr, token="let-me-in")
    yield client
    await client.close()


async def test_messages_are_understood_both_ways(client: Client) -> None:
    order = await client.call(GET_ORDER, GetOrderRequest(id="mfrggzdf"))

    assert (order.id, order.status) == ("mfrggzdf", OrderStatus.PAID)
    assert order.items == [OrderItem(product_item_id="5", name="Tasse für Käse", quantity=2)]


async def test_details_of_an_error_are_understood(client: Client) -> None:
    with pytest.raises(InvalidArgument, match="no") as refused:
        await client.call(CREATE_ORDER, AN_ORDER)

    [violation] = refused.value.violations
    assert (violation.field, violation.reason) == ("items[0].quantity", "INVALID_ARGUMENT")


async def test_an_error_without_details_is_known_by_its_code(grpc_server: Any, grpc_addr: str) -> None:
    stranger = Client(grpc_addr)
    with pytest.raises(Unauthenticated, match="who are you"):
        await stranger.call(GET_ORDER, GetOrderRequest(id="1"))
    await stranger.close()


async def test_a_method_it_lacks_is_unimplemented(client: Client) -> None:
    with pytest.raises(Unimplemented):
        await client.call(CANCEL_ORDER, CANCEL_ORDER.request(id="1"))


async def test_streams_and_their_errors_are_understood(client: Client) -> None:
    stream = client.stream(WATCH_ORDER, WatchOrderRequest(id="7", after_sequence=4))

    assert (await anext(stream)).sequence == 5
    with pytest.raises(PermissionDenied, match="enough"):
        await anext(stream)
