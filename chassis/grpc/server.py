"""Serves methods of the contract over gRPC, with shared interceptors, reflection, health and draining."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import grpc
import structlog
from grpc_health.v1 import health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2_grpc

from chassis import contract
from chassis.audit import AuditEntry, AuditWriter, Sink, discard
from chassis.background import Background, passes
from chassis.errors import Unavailable, Unimplemented
from chassis.grpc import metadata
from chassis.grpc.health import Probe, ProbedHealth
from chassis.grpc.interceptor import CallInterceptor, CallOptions, Context, Handler, send_reply_headers
from chassis.grpc.reflection import Reflection
from chassis.grpc.tls import Tls
from chassis.settings import MeshSettings
from chassis.validation import Rule, checked
from chassis.wire import codec
from foundation.watchdog import Watchdog
from telemetry.exports import exports
from telemetry.gauges import Gauges

log = structlog.get_logger(__name__)
OPTIONS = (
    ("grpc.max_receive_message_length", 1024 * 1024),
    # Equal: between the two, gRPC rejects calls at random. Envoy allows half of it; each header counts 32 bytes more.
    ("grpc.max_metadata_size", 32 * 1024),
    ("grpc.absolute_max_metadata_size", 32 * 1024),
    ("grpc.so_reuseport", 0),
    ("grpc.http2.min_ping_interval_without_data_ms", 200),
    ("grpc.keepalive_permit_without_calls", 1),
)


@dataclass(kw_only=True)
class GrpcServer(CallOptions):
    """The gRPC server of a process: `servicers` by the full name of their service in the contract.

    A servicer is a plain object with a method for each rpc that it implements, in snake case: `async def
    create_order(self, request) -> Order`, an async generator for a stream. Other rpcs return UNIMPLEMENTED. It may
    have `rules` between the fields of requests, by the name of the method that takes them.
    """

    name: str
    address: str
    servicers: Mapping[str, object]
    audit: Sink[AuditEntry] = discard
    audit_refusals_per_minute: int = 60
    probe: Probe | None = None  # raises if a dependency of the service is not available
    # The services that reflection lists, if different from the services served here; never internal ones.
    reflected: Sequence[str] = ()
    reflection_for_all: bool = False  # otherwise for administrators only
    # Services that are not in the contract, for the infrastructure.
    infrastructure: Sequence[grpc.GenericRpcHandler] = ()
    tls: Tls | None = None  # clients must have a certificate then
    # Started before the server, in order, and stopped after it by `serve`.
    background: Sequence[Background] = ()
    gauges: Gauges = field(default_factory=Gauges)
    # The address in use, once the server has started; `address` may have port 0.
    port: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._audit_writer = AuditWriter(
            self.audit, report=self.report, refusals_per_minute=self.audit_refusals_per_minute
        )
        self._interceptor = CallInterceptor(self, self._audit_writer)
        if self.verifier.revocations:
            self.verifier.revocations.on_change = self._interceptor.streams.end_revoked
        self.gauges.add("streams_open", lambda: len(self._interceptor.streams))
        self._health = ProbedHealth([*self.servicers], self.probe)

    async def start(self) -> None:
        """Listens and serves. Raises RuntimeError if the address is in use."""
        self._server = grpc.aio.server(options=OPTIONS)
        self._server.add_generic_rpc_handlers([self._handlers(*served) for served in self.servicers.items()])
        self._server.add_generic_rpc_handlers(self.infrastructure)
        health_pb2_grpc.add_HealthServicer_to_server(self._health.servicer, self._server)
        reflection = Reflection(self.reflected or self.servicers, self.verifier, for_all=self.reflection_for_all)
        reflection_pb2_grpc.add_ServerReflectionServicer_to_server(reflection, self._server)  # type: ignore[no-untyped-call]
        for work in self.verifier.background:
            await work.start()
        await self._health.start()
        await self._audit_writer.start()
        if self.tls:
            self.port = self._server.add_secure_port(self.address, self.tls.server_credentials())
        else:
            self.port = self._server.add_insecure_port(self.address)
        await self._server.start()
        log.info("serving", service=self.name, port=self.port)

    async def drain(self) -> None:
        """Reports NOT_SERVING from now on, and goes on serving: callers need time to notice."""
        await self._health.drain()

    async def stop(self, grace_s: float = 10.0) -> None:
        """Drains, ends streams, rejects new calls, and waits `grace_s` for calls in flight."""
        await self.drain()
        self._interceptor.streams.end_all(Unavailable("this server stops; connect again and resume"))
        await self._server.stop(grace_s)
        for work in self.verifier.background:
            await work.stop()
        await self._health.stop()
        await self._audit_writer.stop()

    def _handlers(self, service: str, servicer: object) -> grpc.GenericRpcHandler:
        methods = [method for method in contract.methods().values() if method.service == service]
        if not methods:
            raise ValueError(f"the contract has no service {service}")
        return grpc.method_handlers_generic_handler(service, {m.name: self._handler(m, servicer) for m in methods})

    def _handler(self, method: contract.Method, servicer: object) -> grpc.RpcMethodHandler[Any, Any]:
        def refuse(request: Any) -> Any:
            raise Unimplemented(f"{method.name} is part of the contract, but not of this version")

        work = getattr(servicer, method.snake_name, refuse)
        rules = getattr(servicer, "rules", {}).get(method.snake_name, ())
        if method.server_streaming:
            streaming = _streaming(work, codec(method.response).encode)
            return grpc.unary_stream_rpc_method_handler(
                self._interceptor.around(partial(_checked, streaming, rules, method), method)
            )
        unary = partial(_checked, lambda request, _: work(request), rules, method)
        return grpc.unary_unary_rpc_method_handler(self._interceptor.around(unary, method))


async def serve(server: GrpcServer, settings: MeshSettings) -> None:
    """Serves until SIGTERM and `drain_delay_s` longer, or until SIGINT or SIGHUP.

    The process ends if the event loop is blocked for `blocked_after_s`.
    """
    draining, stopping = asyncio.Event(), asyncio.Event()

    def end(number: int) -> None:
        draining.set()
        if number != signal.SIGTERM:
            stopping.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup ignores SIGHUP
            loop.add_signal_handler(number, end, number)
    started: list[Background] = []
    metrics = exports(server.name, server.gauges, **settings.metrics_exports)
    try:
        for work in (Watchdog(settings.blocked_after_s), *server.background, *metrics):
            await work.start()
            started.append(work)
        await server.start()
        # Objects of the start-up stay, and a call creates few cycles.
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 50)
        await draining.wait()
        log.info("draining", service=server.name)
        await server.drain()
        await passes(stopping, within_s=settings.drain_delay_s)
        await server.stop(settings.drain_grace_s)
    finally:
        for work in reversed(started):
            await work.stop()


async def _checked(handler: Handler, rules: Sequence[Rule], method: contract.Method, request: Any, ctx: Context) -> Any:
    return await handler(checked(method.request, request, rules, metadata.incoming.get()), ctx)


def _streaming(work: Callable[[Any], AsyncIterator[Any]], encode: Callable[[Any], bytes]) -> Handler:
    async def call(request: Any, context: Context) -> None:
        async with aclosing(work(request)) as messages:  # type: ignore[type-var]
            async for message in messages:
                await send_reply_headers(context)
                await context.write(encode(message))
                if metadata.HEAD in metadata.incoming.get():
                    break

    return call
