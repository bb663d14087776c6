"""An order over JSON is one trace, from Envoy to its jobs; who hears of it through the outbox has a link to it."""

from __future__ import annotations

import asyncio
import secrets

import httpx

from deploy.local.shop import Shop
from tests.collector import Collector, Span
from tests.e2e.test_shopping import a_stocked_product
from tests.polling import eventually

CREATE, RESERVE = "easyorder.order.v1.OrderService/CreateOrder", "easyorder.internal.inventory.v1.ReservationService/"
CHARGE = "easyorder.internal.payment.v1.PaymentService/"


async def ordered_in_traces(http: httpx.AsyncClient, shopper: Shop, item: str, count: int) -> list[str]:
    """Places orders at the same time, each in a trace of its own, and returns these."""
    traces = [secrets.token_hex(16) for _ in range(count)]

    async def order(trace: str) -> None:
        traced = Shop(http)
        traced.headers = shopper.headers | {"traceparent": f"00-{trace}-{secrets.token_hex(8)}-01"}
        await traced.order({item: 1}, "tok_ok")

    await asyncio.gather(*map(order, traces))
    return traces


def has_jobs(spans: list[Span]) -> bool:
    return {"job charge", "job commit_stock"} <= {span.name for span in spans}


async def test_an_order_is_one_trace(http: httpx.AsyncClient, shopper: Shop, admin: Shop, collector: Collector) -> None:
    product = await a_stocked_product(admin)
    (trace,) = await ordered_in_traces(http, shopper, product.ids[0], 1)

    async def arrived() -> bool:
        services = {span.service for span in collector.of(trace)}
        is_heard_of = any(trace in span.links for span in collector.spans)
        return is_heard_of and has_jobs(collector.of(trace)) and services == {"envoy", "order", "inventory", "payment"}

    await eventually(arrived, timeout_s=30)
    spans = {span.id: span for span in collector.of(trace)}
    # Of one root, that of the client, all others follow.
    assert [span.service for span in spans.values() if span.parent not in spans] == ["envoy"]
    assert [span.attributes["url.path"] for span in spans.values() if span.service == "envoy"] == ["/api/v1/orders"]
    names = [span.name for span in spans.values()]
    assert names.count(CREATE) == 1
    assert any(name.startswith(RESERVE) for name in names)
    assert any(name.startswith(CHARGE) for name in names)
    heard = next(span for span in collector.spans if trace in span.links)
    assert (heard.service, heard.name) == ("inventory", "event:orders")
    assert heard.trace != trace


async def test_orders_that_share_batches_keep_their_traces(
    http: httpx.AsyncClient, shopper: Shop, admin: Shop, collector: Collector
) -> None:
    product = await a_stocked_product(admin)
    traces = await ordered_in_traces(http, shopper, product.ids[0], 8)

    def served_by(trace: str) -> bool:
        """Whether the batches that served an order are in its trace, or in one that it is linked with."""
        linked = {other for span in collector.of(trace) for other in span.links}
        return any(span.name.startswith(RESERVE) for of in (trace, *linked) for span in collector.of(of))

    async def arrived() -> bool:
        return all(has_jobs(collector.of(trace)) and served_by(trace) for trace in traces)

    await eventually(arrived, timeout_s=30)
    assert [span for of in traces for span in collector.of(of) if span.name.startswith("batch") and span.links]


async def test_a_call_that_is_not_sampled_makes_no_span(
    http: httpx.AsyncClient, shopper: Shop, collector: Collector
) -> None:
    unsampled, sampled = secrets.token_hex(16), secrets.token_hex(16)
    for trace, flag in ((unsampled, "00"), (sampled, "01")):
        headers = shopper.headers | {"traceparent": f"00-{trace}-{secrets.token_hex(8)}-{flag}"}
        assert (await http.get("/api/v1/orders", headers=headers)).status_code == 200

    async def arrived() -> bool:
        return {"envoy", "order"} <= {span.service for span in collector.of(sampled)}

    await eventually(arrived, timeout_s=30)
    assert collector.of(unsampled) == []
