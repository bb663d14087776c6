"""The telemetry of a process, seen from outside: its log lines, and the data that a collector receives."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterator

import pytest

from tests.collector import Collector, attributes, collecting

GET_ORDER = "easyorder.order.v1.OrderService/GetOrder"
CONFIRM_AVAILABILITY = "easyorder.internal.order.v1.OrderStockService/ConfirmAvailability"
# One of spans and one of metrics, of two seconds each, and the end of Python.
LAST_EXPORTS_S = 8


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


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


async def test_a_collector_gets_spans_of_one_trace_and_durations(collector: Collector) -> None:
    await told_by_process(collector.endpoint, "json")

    spans = {span.name: span for span in collector.spans}
    story, failed, refused = spans["the whole story"], spans[GET_ORDER], spans[CONFIRM_AVAILABILITY]
    assert failed.trace == refused.trace == story.trace
    assert failed.parent == story.id
    assert failed.attributes["easyorder.correlation_id"] == "story-1"
    assert failed.attributes["easyorder.outcome"] == "INTERNAL"
    assert refused.attributes["easyorder.outcome"] == "PERMISSION_DENIED"
    durations = collector.metrics["easyorder_rpc_duration_seconds"].histogram.data_points
    assert {attributes(point)["method"]: point.count for point in durations} == {GET_ORDER: 1, CONFIRM_AVAILABILITY: 1}


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
