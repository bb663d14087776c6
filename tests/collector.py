"""A collector of OpenTelemetry in this process: keeps the spans and the metrics that it is sent over gRPC."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, NamedTuple

import grpc
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2, metrics_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc


class Span(NamedTuple):
    service: str
    name: str
    trace: str
    id: str
    parent: str
    links: tuple[str, ...]  # the ids of the traces that it is linked with
    attributes: dict[str, str]


class Collector(trace_service_pb2_grpc.TraceServiceServicer, metrics_service_pb2_grpc.MetricsServiceServicer):
    """`spans` in the order of their ends, the last of `metrics` by name."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.metrics: dict[str, Any] = {}
        self.endpoint = ""

    def of(self, trace: str) -> list[Span]:
        return [span for span in self.spans if span.trace == trace]

    def Export(self, request: Any, context: Any) -> Any:
        if isinstance(request, trace_service_pb2.ExportTraceServiceRequest):
            for of in request.resource_spans:
                service = attributes(of.resource)["service.name"]
                self.spans += [_span(service, span) for scope in of.scope_spans for span in scope.spans]
            return trace_service_pb2.ExportTraceServiceResponse()
        measured = [scope for resource in request.resource_metrics for scope in resource.scope_metrics]
        self.metrics |= {metric.name: metric for scope in measured for metric in scope.metrics}
        return metrics_service_pb2.ExportMetricsServiceResponse()


def _span(service: str, span: Any) -> Span:
    links = tuple(link.trace_id.hex() for link in span.links)
    ids = (span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex())
    return Span(service, span.name, *ids, links, attributes(span))


def attributes(of: Any) -> dict[str, str]:
    return {attribute.key: attribute.value.string_value for attribute in of.attributes}


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector at an endpoint of its own."""
    collector, server = Collector(), grpc.server(ThreadPoolExecutor(2))
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(collector, server)
    metrics_service_pb2_grpc.add_MetricsServiceServicer_to_server(collector, server)
    collector.endpoint = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    try:
        yield collector
    finally:
        server.stop(0)
