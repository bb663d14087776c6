"""Structured logs of a process; traces and metrics over OTLP/gRPC if a collector is configured.

Without a collector OpenTelemetry is not loaded and adds no cost to calls.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import structlog

from chassis.context import current
from chassis.errors import outcome_of
from chassis.settings import MeshSettings


def configure(settings: MeshSettings, service: str) -> None:
    """Sets up logs, traces and metrics of this process; call it first. Pending data is sent at exit."""
    configure_logs(settings.log_level, settings.log_format, service)
    if settings.otlp_endpoint:
        _export_to(settings.otlp_endpoint, service)


def carrier() -> tuple[tuple[str, str], ...]:
    """The metadata that continues the current trace in another service (W3C trace context); empty when off."""
    carried: dict[str, str] = {}
    if _providers:
        from opentelemetry import propagate

        propagate.inject(carried)
    return tuple(carried.items())


def server_span(method_name: str, incoming: Mapping[str, Any]) -> AbstractContextManager[None]:
    """A span in the caller's trace and a duration metric, by OpenTelemetry's conventions; nothing when off."""
    return _span(method_name, incoming) if _providers else nullcontext()


@contextmanager
def _span(method_name: str, incoming: Mapping[str, Any]) -> Iterator[None]:
    from opentelemetry import propagate, trace

    service, _, name = method_name.removeprefix("/").partition("/")
    attributes = {"rpc.system": "grpc", "rpc.service": service, "rpc.method": name}
    began, outcome = time.perf_counter(), "CANCELLED"
    with trace.get_tracer("easyorder").start_as_current_span(
        method_name.removeprefix("/"),
        propagate.extract(incoming),
        trace.SpanKind.SERVER,
        attributes | {"easyorder.correlation_id": current().correlation_id},
        record_exception=False,
    ) as span:
        try:
            yield
            outcome = "OK"
        except Exception as error:
            outcome = outcome_of(error)
            raise
        finally:
            span.set_attribute("easyorder.outcome", outcome)
            _providers[-1].record(time.perf_counter() - began, attributes | {"easyorder.outcome": outcome})


def configure_logs(level: str, form: str, service: str) -> None:
    """Logs one line per event to standard output, as JSON or readable text, including the logs of libraries."""

    def add_context(logger: object, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        request, known = current(), {"service": service}
        if request.method:
            known |= {"correlation_id": request.correlation_id, "method": request.method, "caller": request.caller.id}
        return known | dict(event)

    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_context,
    ]
    last: list[Any] = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    if form == "console":
        # Local variables hold tokens and passwords: never show them.
        last = [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    formatter = structlog.stdlib.ProcessorFormatter
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter(foreign_pre_chain=shared, processors=[formatter.remove_processors_meta, *last]))
    logging.basicConfig(handlers=[handler], level=level, force=True)
    # APScheduler logs every tick twice and warns about ticks that it skips; failures are still logged.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    # gRPC logs each header that is not UTF-8 as an error, but still reads it.
    logging.getLogger("grpc._cython.cygrpc").addFilter(lambda record: record.msg != "Invalid encoding on %s")
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, formatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


# Of spans and metrics, which send pending data at exit, and the durations; empty if no collector is configured.
_providers: list[Any] = []


def _export_to(endpoint: str, service: str) -> None:
    from opentelemetry import metrics, trace
    from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = Resource.create({"service.name": service, "service.namespace": "easyorder"})
    tracers = TracerProvider(resource=resource)
    # A process ends only after its last exports: a collector that does not answer must not hold it up.
    collector: dict[str, Any] = {"endpoint": endpoint, "insecure": True, "timeout": 2}
    tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(**collector)))
    reader = PeriodicExportingMetricReader(OTLPMetricExporter(**collector))
    meters = MeterProvider(resource=resource, metric_readers=[reader])
    trace.set_tracer_provider(tracers)
    metrics.set_meter_provider(meters)
    durations = meters.get_meter("easyorder").create_histogram("rpc.server.duration", unit="s")
    _providers.extend([tracers, meters, durations])
