"""What is counted of calls, batches and jobs, and that all of it is named by what this version knows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from easyorder.order.v1 import GetOrderRequest, OrderEvent, WatchOrdersRequest
from opentelemetry.sdk.metrics.export import Histogram, Sum

from chassis.batching import Batcher
from chassis.errors import AppError, Internal, PermissionDenied
from chassis.grpc.clients import Client
from ops.metric_samples import quantile_ms
from telemetry import metrics
from telemetry.gauges import Gauges, exposition
from telemetry.otlp_metrics import otlp
from tests.chassis.grpc.orders import GET_ORDER, WATCH_ORDERS, OrderApi, order_watch, orders
from tests.polling import eventually

METHOD = "easyorder.order.v1.OrderService/GetOrder"


@pytest.fixture(autouse=True)
def _counted() -> Iterator[None]:
    metrics.begin()
    yield
    metrics.end()


def unheard() -> AppError:
    """Of a later version of another service: its reason cannot be a label here."""
    error = PermissionDenied("")
    error.reason = "NEVER_HEARD_OF"  # type: ignore[misc]
    return error


async def call(user: Client) -> None:
    try:
        await user.call(GET_ORDER, GetOrderRequest(id="1"))
    except (PermissionDenied, Internal):
        return


async def test_a_call_is_counted_by_code_and_reason_with_its_duration() -> None:
    failures: Iterator[Exception | None] = iter([None, PermissionDenied("no"), ValueError("a bug"), unheard()])

    async def fail() -> None:
        if error := next(failures):
            raise error

    async with orders(OrderApi(fail)) as mesh:
        for _ in range(4):
            await call(mesh.user())

    reasons = ("OK", PermissionDenied.reason, "INTERNAL", metrics.OTHER)
    assert metrics.calls() == {(METHOD, reason): 1 for reason in reasons}
    assert metrics.latencies()[METHOD][-1] == 4


async def test_an_unknown_method_is_no_label() -> None:
    async with orders(OrderApi()) as mesh:
        unknown: Any = mesh.user()._channel.current().unary_unary("/easyorder.order.v1.OrderService/Guessed")
        with pytest.raises(Exception, match="UNIMPLEMENTED"):
            await unknown(b"")

    assert metrics.calls() == {}


async def test_streams_are_counted_at_their_end_and_while_they_are_open() -> None:
    async def messages() -> AsyncIterator[OrderEvent]:
        assert "easyorder_streams_open 1.0" in (await exposition(gauges)).decode()
        yield OrderEvent()

    gauges = Gauges()
    async with order_watch(messages, gauges=gauges) as mesh:
        assert [one async for one in mesh.user().stream(WATCH_ORDERS, WatchOrdersRequest())] == [OrderEvent()]

        async def ended() -> bool:
            return ("easyorder.order.v1.OrderWatchService/WatchOrders", "OK") in metrics.calls()

        await eventually(ended)
    assert metrics.latencies() == {}
    assert "easyorder_streams_open 0.0" in (await exposition(gauges)).decode()


async def test_nothing_is_counted_before_it_begins() -> None:
    metrics.end()
    async with orders(OrderApi()) as mesh:
        await call(mesh.user())

    assert metrics.calls() == {}
    assert await exposition(Gauges()) == b""


async def test_the_size_of_a_batch_is_counted() -> None:
    async def run(items: object) -> list[int]:
        return [1]

    await Batcher[int, int]("a batch", run).submit(1)

    text = (await exposition(Gauges())).decode()
    assert 'easyorder_batch_items_bucket{batch="a batch",le="1.0"} 1.0' in text


def test_a_collector_gets_the_same() -> None:
    metrics.count_call(METHOD, "OK", "", 0.02)
    metrics.count_call(METHOD, "OK", "", 7)
    registry = metrics.registry()
    assert registry

    found = {metric.name: metric.data for metric in otlp(registry.collect(), 1, 2)}

    calls, durations = found["easyorder_rpc_calls"], found["easyorder_rpc_duration_seconds"]
    assert isinstance(calls, Sum)
    assert isinstance(durations, Histogram)
    assert [(point.attributes, point.value) for point in calls.data_points] == [
        ({"method": METHOD, "code": "OK", "reason": ""}, 2)
    ]
    (point,) = durations.data_points
    assert (point.attributes, point.count, point.sum) == ({"method": METHOD}, 2, 7.02)
    assert point.explicit_bounds == list(metrics.LATENCY_S)
    assert point.bucket_counts == [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0]


@pytest.mark.parametrize(
    ("upto", "share", "expected"),
    [
        ([], 0.5, 0),
        ([0] * 12, 0.5, 0),
        ([0, 10, *[10] * 10], 0.5, 7.5),
        ([5, 10, *[10] * 10], 0.5, 5),
        ([*[0] * 11, 4], 0.99, 10_000),
    ],
)
def test_quantiles_lie_between_the_bounds(upto: list[int], share: float, expected: float) -> None:
    assert quantile_ms(upto, share) == pytest.approx(expected)
