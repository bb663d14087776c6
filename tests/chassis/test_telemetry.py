"""The telemetry of a process, seen from outside: its log lines, and the data that a collector receives."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest_asyncio
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2, metrics_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

# One of spans and one of metrics, of two seconds each, and the end of Python.
LAST_EXPORTS_S = 8


class Collector(trace_service_pb2_grpc.TraceServiceServicer, metrics_service_pb2_grpc.MetricsServiceServicer):
    """Keeps the spans and metrics it is sent."""

    def __init__(self) -> None:
        self.spans: dict[str, Any] = {}
        self.metrics: dict[str, Any] = {}
        self.port = 0

    async def Export(self, request: Any, context: Any) -> Any:
        if isinstance(request, trace_service_pb2.ExportTraceServiceRequest):
            scopes = [scope for resource in request.resource_spans for scope in resource.scope_spans]
            self.spans |= {span.name: span for scope in scopes for span in scope.spans}
            return trace_service_pb2.ExportTraceServiceResponse()
        measured = [scope for resource in request.resource_metrics for scope in resource.scope_metrics]
        self.metrics |= {metric.name: metric for scope in measured for metric in scope.metrics}
        return metrics_service_pb2.ExportMetricsServiceResponse()


@pytest_asyncio.fixture
async def collector() -> AsyncIterator[Collector]:
    collector, server = Collector(), grpc.aio.server()
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(collector, server)
    metrics_service_pb2_grpc.add_MetricsServiceServicer_to_server(collector, server)
    collector.port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield collector
    await server.stop(0)


async def started(endpoint: str, form: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.chassis.telemetry_process", endpoint, form),
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=asyncio.subprocess.PIPE,
    )


async def told_by_process(endpoint: str, form: str) -> list[str]:
    process = await started(endpoint, form)
    output, _ = await process.communicate()
    assert process.returncode == 0
    return output.decode().splitlines()


def attributes(of: Any) -> dict[str, str]:
    return {attribute.key: attribute.value.string_value for attribute in of.attributes}


async def test_a_collector_gets_spans_of_one_trace_and_durations(collector: Collector) -> None:
    await told_by_process(f"127.0.0.1:{collector.port}", "json")

    story = collector.spans["the whole story"]
    failed = collector.spans["easyorder.order.v1.OrderService/GetOrder"]
    refused = collector.spans["easyorder.internal.order.v1.OrderStockService/ConfirmAvailability"]
    assert failed.trace_id == refused.trace_id == story.trace_id
    assert failed.parent_span_id == story.span_id
    assert attributes(failed)["easyorder.correlation_id"] == "story-1"
    assert attributes(failed)["easyorder.outcome"] == "INTERNAL"
    assert attributes(refused)["easyorder.outcome"] == "PERMISSION_DENIED"
    durations = collector.metrics["rpc.server.duration"].histogram.data_points
    assert {attributes(point)["rpc.method"]: point.count for point in durations} == {
        "GetOrder": 1,
        "ConfirmAvailability": 1,
    }


async def test_a_collector_that_does_not_answer_holds_up_no_end() -> None:
    async def never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()
        await reader.read()
        writer.close()

    connected = asyncio.Event()
    async with await asyncio.start_server(never_answer, "127.0.0.1", 0) as silent:
        port = silent.sockets[0].getsockname()[1]
        process = await started(f"127.0.0.1:{port}", "json")
        assert process.stdout
        while await process.stdout.readline() != b"telemetry loaded\n":
            pass
        async with asyncio.timeout(LAST_EXPORTS_S):
            assert await process.wait() == 0
    assert connected.is_set()


async def test_without_a_collector_nothing_of_it_is_loaded_and_logs_are_json_with_their_request_or_job() -> None:
    *lines, last = await told_by_process("", "json")

    events = {event["event"]: event for event in map(json.loads, lines)}
    assert last == "telemetry not loaded"
    assert events["from elsewhere"]["level"] == "warning"
    unexpected = events["unexpected error"]
    assert unexpected["service"] == "order"
    assert (unexpected["correlation_id"], unexpected["caller"]) == ("story-1", "u1")
    assert unexpected["method"] == "/easyorder.order.v1.OrderService/GetOrder"
    assert "ValueError: a bug" in unexpected["exception"]
    # A header that is not UTF-8 is the caller's affair, and an outage is expected.
    assert [event["event"] for event in map(json.loads, lines) if "exception" in event] == [
        "unexpected error",
        "regular work failed",
    ]
    put_off, unsettled = events["regular work failed, to be tried again"], events["job not settled, its lease will end"]
    assert (put_off["level"], put_off["delay_s"], put_off["error"]) == ("warning", 3600, "the database is away")
    assert put_off["work"].endswith("reap")
    assert (unsettled["level"], unsettled["lease_s"], unsettled["error"]) == ("warning", 20, "the database is away")
    assert (unsettled["job_id"], unsettled["order_id"]) == (2, 8)
    failed, given_up = events["job failed, to be tried again"], events["job given up"]
    assert (failed["job_id"], failed["order_id"], failed["method"], failed["attempt"]) == (1, 7, "charge", 2)
    assert (given_up["job_id"], given_up["order_id"], given_up["method"]) == (2, 8, "release_stock")
    assert {event["error"] for event in (failed, given_up)} == {"the provider is away"}
    assert not [line for line in lines if "tok_secret" in line]


async def test_console_logs_show_stacks_but_no_local_variables() -> None:
    text = "\n".join(await told_by_process("", "console"))

    assert "ValueError: a bug" in text
    assert "Bearer" not in text
