"""A span and a duration for every call, named by OpenTelemetry's conventions for RPC; only where telemetry is on."""

from __future__ import annotations

import time
from typing import Any

from grpc_interceptor.server import AsyncServerInterceptor
from opentelemetry import metrics, propagate, trace

from chassis.context import current
from chassis.errors import AppError
from chassis.grpc import metadata
from chassis.grpc.interceptors import Context, Handler


class TelemetryInterceptor(AsyncServerInterceptor):
    """Continues the caller's trace. Runs inside the error interceptor, where failures still have their reason."""

    def __init__(self) -> None:
        self._tracer = trace.get_tracer("easyorder")
        self._durations = metrics.get_meter("easyorder").create_histogram("rpc.server.duration", unit="s")

    async def intercept(self, method: Handler, request_or_iterator: Any, context: Context, method_name: str) -> Any:
        parent = propagate.extract(metadata.incoming.get())
        service, _, name = method_name.removeprefix("/").partition("/")
        attributes = {"rpc.system": "grpc", "rpc.service": service, "rpc.method": name}
        began, outcome = time.perf_counter(), "INTERNAL"
        with self._tracer.start_as_current_span(
            method_name.removeprefix("/"), parent, trace.SpanKind.SERVER, attributes, record_exception=False
        ) as span:
            span.set_attribute("easyorder.correlation_id", current().correlation_id)
            try:
                reply = await method(request_or_iterator, context)
                outcome = "OK"
                return reply
            except AppError as error:
                outcome = error.reason
                raise
            finally:
                span.set_attribute("easyorder.outcome", outcome)
                self._durations.record(time.perf_counter() - began, attributes | {"easyorder.outcome": outcome})
