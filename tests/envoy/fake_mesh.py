"""Fakes of every service of the contract: gRPC servers that record requests and return the replies that a test sets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import grpc
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from grpc_health.v1 import health, health_pb2_grpc

from chassis import contract
from chassis.contract import Method
from chassis.grpc.server import OPTIONS
from envoy.routing import CLUSTERS, OPS, OPS_CLUSTERS

SERVICES = ("identity", "inventory", "order", "payment", "edge")
# Envoy adds it to what comes from outside, so not to its own fetches of the keys.
GET_JWKS = "/easyorder.identity.v1.IdentityService/GetJwks"
EXTERNAL = "x-envoy-external-address"
Answer = Callable[[Any, grpc.aio.ServicerContext[Any, Any]], Any]


@dataclass(frozen=True)
class Call:
    """One call from outside, as a backend saw it."""

    service: str
    method: str
    metadata: Mapping[str, str]
    request: Any


@dataclass
class FakeMesh:
    """`answers`: by full name, an async function (unary) or async generator (stream); else an empty reply."""

    calls: list[Call] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    # How often Envoy itself has asked for the keys.
    keys_asked: int = 0
    _servers: dict[str, grpc.aio.Server] = field(default_factory=dict)

    async def start(self, service: str) -> None:
        """Starts a backend, on the port it had if it has been up before."""
        server = grpc.aio.server(options=OPTIONS)
        server.add_generic_rpc_handlers(tuple(self._handlers(service)))
        health_pb2_grpc.add_HealthServicer_to_server(health.aio.HealthServicer(), server)
        self.ports[service] = server.add_insecure_port(f"127.0.0.1:{self.ports.get(service, 0)}")
        await server.start()
        self._servers[service] = server

    async def stop(self, service: str) -> None:
        await self._servers.pop(service).stop(grace=None)

    async def stop_all(self) -> None:
        for service in list(self._servers):
            await self.stop(service)

    def reset(self) -> None:
        self.calls.clear()
        self.answers.clear()

    @property
    def only_call(self) -> Call:
        assert len(self.calls) == 1, self.calls
        return self.calls[0]

    def _handlers(self, service: str) -> list[grpc.GenericRpcHandler]:
        handlers: dict[str, dict[str, Any]] = {}
        for method in contract.methods().values():
            if service in homes(method):
                handlers.setdefault(method.service, {})[method.name] = self._handler(service, method)
        return [grpc.method_handlers_generic_handler(name, found) for name, found in handlers.items()]

    def _handler(self, service: str, method: Method) -> grpc.RpcMethodHandler[Any, Any]:
        reply = new(contract.full_name_of(method.response))

        def remember(request: Message, context: grpc.aio.ServicerContext[Any, Any]) -> None:
            metadata = {key: value for key, value in context.invocation_metadata() or () if isinstance(value, str)}
            self.keys_asked += method.full_name == GET_JWKS and EXTERNAL not in metadata
            if EXTERNAL in metadata:
                self.calls.append(Call(service, method.full_name, metadata, request))

        async def unary(request: Message, context: grpc.aio.ServicerContext[Any, Any]) -> Message:
            remember(request, context)
            answer = self.answers.get(method.full_name)
            return cast(Message, await answer(request, context)) if answer else reply

        async def stream(request: Message, context: grpc.aio.ServicerContext[Any, Any]) -> AsyncIterator[Message]:
            remember(request, context)
            answer = self.answers.get(method.full_name)
            if answer:
                async for message in answer(request, context):
                    yield message

        read = type(new(contract.full_name_of(method.request))).FromString
        make = grpc.unary_stream_rpc_method_handler if method.server_streaming else grpc.unary_unary_rpc_method_handler
        handle: Any = stream if method.server_streaming else unary
        return make(handle, request_deserializer=read, response_serializer=type(reply).SerializeToString)


def homes(method: Method) -> tuple[str, ...]:
    """The services that serve a method."""
    if method.full_name == GET_JWKS:
        return ("identity", "edge")
    return OPS_CLUSTERS if method.service == OPS else (CLUSTERS.get(method.service, "order"),)


def new(name: str, **fields: object) -> Any:
    """A message of the contract, by its full name."""
    return GetMessageClass(contract.pool().FindMessageTypeByName(name))(**fields)
