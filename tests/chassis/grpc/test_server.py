"""Streams, health, reflection and drain, on a real socket."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from typing import Any, cast

import grpc
import pytest
from easyorder.google.rpc import Status
from easyorder.order.v1 import GetOrderRequest, OrderEvent, WatchOrdersRequest
from google.protobuf import descriptor_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from chassis import contract
from chassis.context import Audience
from chassis.errors import Kind, PermissionDenied, Unavailable
from chassis.grpc import streams
from chassis.grpc.channel import open_channel
from chassis.grpc.server import GrpcServer, serve
from chassis.grpc.status import from_rpc_error
from chassis.settings import MeshSettings
from tests.chassis.grpc.orders import (
    GET_ORDER,
    ORDER_WATCH,
    ORDERS,
    STOCK,
    WATCH_ORDERS,
    OrderApi,
    OrderWatchApi,
    order_watch,
    orders,
)
from tests.mesh import Mesh, Tokens, serving
from tests.polling import eventually, keeping_pace

SERVING, NOT_SERVING = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING


async def health(address: str, service: str = "") -> int:
    async with open_channel(address) as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        return (await stub.Check(health_pb2.HealthCheckRequest(service=service))).status


async def test_a_stream_comes_message_by_message() -> None:
    written = asyncio.Queue[OrderEvent]()

    async def messages() -> AsyncIterator[OrderEvent]:
        while True:
            yield await written.get()

    async with order_watch(messages) as mesh:
        stream = mesh.user().stream(WATCH_ORDERS, WatchOrdersRequest())
        for sequence in (1, 2):
            written.put_nowait(OrderEvent(sequence=sequence))
            assert (await anext(stream)).sequence == sequence
        await stream.aclose()


async def test_a_connection_is_pinged_as_often_as_clients_do() -> None:
    # Of HTTP/2 (RFC 9113): the length in three bytes, type, flags, stream. A ping carries eight bytes.
    settings, ping = bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]), bytes([0, 0, 8, 6, 0, 0, 0, 0, 0]) + b"pingping"
    async with orders(OrderApi()) as mesh:
        reader, writer = await asyncio.open_connection("127.0.0.1", mesh.server.port)
        writer.write(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + settings)
        loop = asyncio.get_running_loop()
        for _ in range(6):
            began = loop.time()
            writer.write(ping)
            assert b"too_many_pings" not in await reader.readuntil(b"pingping")
            await keeping_pace(began + 0.25)
        writer.close()


async def test_an_error_ends_a_stream_with_its_status() -> None:
    async def messages() -> AsyncIterator[OrderEvent]:
        yield OrderEvent(sequence=1, error=Status(message="travels inside"))
        raise PermissionDenied("no more for you")

    async with order_watch(messages) as mesh:
        stream = mesh.user().stream(WATCH_ORDERS, WatchOrdersRequest())
        assert (await anext(stream)).error == Status(message="travels inside")
        with pytest.raises(PermissionDenied, match="no more for you"):
            await anext(stream)


async def test_a_client_that_leaves_ends_the_work_for_its_stream() -> None:
    ended = asyncio.Event()

    async def messages() -> AsyncIterator[OrderEvent]:
        try:
            while True:
                yield OrderEvent(sequence=1)
                await asyncio.sleep(0)
        finally:
            ended.set()

    async with order_watch(messages) as mesh:
        stream = mesh.user().stream(WATCH_ORDERS, WatchOrdersRequest())
        await anext(stream)
        await stream.aclose()
        await eventually(ended.is_set)
    assert mesh.unexpected == []


async def test_health_says_serving_for_the_process_and_for_each_service() -> None:
    async with orders(OrderApi()) as mesh:
        assert await health(mesh.address) == SERVING
        assert await health(mesh.address, ORDERS) == SERVING
        with pytest.raises(grpc.aio.AioRpcError, match="NOT_FOUND"):
            await health(mesh.address, ORDER_WATCH)


async def asked(mesh: Mesh, token: str | None = None, **question: Any) -> reflection_pb2.ServerReflectionResponse:
    """What reflection answers, to an administrator or with another token; "" is none."""
    token = mesh.tokens.admin() if token is None else token
    metadata = (("authorization", f"Bearer {token}"),) if token else ()
    async with open_channel(mesh.address) as channel:
        stub: Any = reflection_pb2_grpc.ServerReflectionStub(cast(Any, channel))
        call = stub.ServerReflectionInfo(iter([reflection_pb2.ServerReflectionRequest(**question)]), metadata=metadata)
        return await anext(aiter(call))


async def test_reflection_lists_the_services_and_describes_them_with_our_options() -> None:
    async with orders(OrderApi()) as mesh:
        listed = await asked(mesh, list_services="")
        described = await asked(mesh, file_containing_symbol=f"{ORDERS}.CreateOrder")

    names = {service.name for service in listed.list_services_response.service}
    files = [
        descriptor_pb2.FileDescriptorProto.FromString(data)
        for data in described.file_descriptor_response.file_descriptor_proto
    ]
    assert names == {ORDERS, "grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection"}
    assert "easyorder/order/v1/order.proto" in {file.name for file in files}
    assert "easyorder/auth/v1/access.proto" in {file.name for file in files}


async def test_reflection_tells_nothing_of_what_is_for_services_only() -> None:
    async with orders(OrderApi()) as mesh:
        listed = await asked(mesh, list_services="")
        for file in contract.descriptor_set().file:
            names = [one.name for one in file.message_type] + [one.name for one in file.service]
            answers = [await asked(mesh, file_containing_symbol=f"{file.package}.{name}") for name in names]
            for answer in (*answers, await asked(mesh, file_by_filename=file.name)):
                is_described = answer.HasField("file_descriptor_response")
                assert is_described is not contract.is_internal(file.package), answer.original_request

        method = await asked(mesh, file_containing_symbol=f"{STOCK}.ConfirmAvailability")

    assert STOCK not in {service.name for service in listed.list_services_response.service}
    assert method.error_response.error_code == grpc.StatusCode.NOT_FOUND.value[0]


async def refusal(mesh: Mesh, token: str) -> str:
    # On a busy machine, gRPC's client may take the end of a stream that was refused at once for INTERNAL.
    for _ in range(5):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await asked(mesh, token, list_services="")
        if (kind := from_rpc_error(refused.value).kind) is not Kind.INTERNAL:
            break
    return kind.name


async def test_reflection_is_for_administrators() -> None:
    async with orders(OrderApi()) as mesh:
        tokens = mesh.tokens
        others = {
            "": "UNAUTHENTICATED",
            **dict.fromkeys(tokens.refused().values(), "UNAUTHENTICATED"),
            tokens.user(): "PERMISSION_DENIED",
            tokens.service(): "PERMISSION_DENIED",
        }
        refusals = {token: await refusal(mesh, token) for token in others}

    assert refusals == others


async def test_reflection_may_be_for_everybody() -> None:
    async with orders(OrderApi(), reflection_for_all=True) as mesh:
        assert (await asked(mesh, "", list_services="")).list_services_response.service


def test_exactly_the_methods_for_services_only_are_internal() -> None:
    for method in contract.methods().values():
        assert contract.is_internal(method.service) is (method.access.allow == {Audience.SERVICE}), method.full_name


async def test_a_service_that_the_contract_lacks_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match=r"no service shop\.Missing"):
        async with serving({"shop.Missing": object()}):
            pass


async def test_an_address_that_is_taken_is_refused_at_the_start() -> None:
    async with orders(OrderApi()) as mesh:
        with pytest.raises(RuntimeError):
            async with orders(OrderApi(), address=mesh.address):
                pass


async def test_drain_lets_calls_in_flight_end_ends_streams_and_takes_no_new_calls(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(streams, "_LAST_WORDS_S", 0.2)
    in_flight, may_end = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        in_flight.set()
        await may_end.wait()

    async def endless() -> AsyncIterator[OrderEvent]:
        yield OrderEvent(sequence=1)
        await asyncio.Event().wait()

    async with serving({ORDERS: OrderApi(work), ORDER_WATCH: OrderWatchApi(endless)}) as mesh:
        stream = mesh.user().stream(WATCH_ORDERS, WatchOrdersRequest())
        await anext(stream)
        call = asyncio.create_task(mesh.user().call(GET_ORDER, GetOrderRequest(id="1")))
        await in_flight.wait()

        stopping = asyncio.create_task(mesh.server.stop(grace_s=5))
        with pytest.raises(Unavailable, match="connect again"):
            await anext(stream)
        with pytest.raises(Unavailable):
            await mesh.user().call(GET_ORDER, GetOrderRequest(id="2"), timeout_s=0.2)
        may_end.set()

        assert (await call).id == "1"
        await stopping


class Work:
    """A Background that notes when it starts and stops."""

    def __init__(self, name: str, notes: list[str]) -> None:
        self._name = name
        self._notes = notes

    async def start(self) -> None:
        self._notes.append(f"start {self._name}")

    async def stop(self) -> None:
        self._notes.append(f"stop {self._name}")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_serve_runs_until_a_signal_and_stops_in_reverse_order(number: int) -> None:
    notes: list[str] = []
    server = GrpcServer(
        name="order",
        address="127.0.0.1:0",
        servicers={ORDERS: OrderApi()},
        verifier=Tokens().verifier(),
        background=[Work("a", notes), Work("b", notes)],
    )
    process = asyncio.create_task(serve(server, MeshSettings(drain_delay_s=0)))
    await eventually(lambda: server.port)
    address = f"127.0.0.1:{server.port}"
    await eventually(lambda: health(address))
    assert notes == ["start a", "start b"]

    os.kill(os.getpid(), number)
    await process

    assert notes == ["start a", "start b", "stop b", "stop a"]


async def test_background_that_started_is_stopped_when_a_later_one_fails() -> None:
    notes: list[str] = []

    class Broken(Work):
        async def start(self) -> None:
            raise OSError("no database")

    server = GrpcServer(
        name="order",
        address="127.0.0.1:0",
        servicers={},
        verifier=Tokens().verifier(),
        background=[Work("a", notes), Broken("b", notes)],
    )
    with pytest.raises(OSError, match="no database"):
        await serve(server, MeshSettings())

    assert notes == ["start a", "stop a"]
