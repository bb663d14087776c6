"""Which failures are tried again, when, and with which request id."""

from __future__ import annotations

import time

import pytest
from easyorder_client import errors, reasons
from easyorder_client import messages as m
from easyorder_client.messages import Code, Status

from tests.easyorder_client.fake_shop import UNAVAILABLE, EitherClient, FakeShop, refusal

OUT_OF_STOCK = refusal(Code.FAILED_PRECONDITION, "OUT_OF_STOCK")


def rate_limited(retry_after_s: float | None = None) -> Status:
    return refusal(Code.RESOURCE_EXHAUSTED, "RATE_LIMITED", retry_after_s=retry_after_s)


async def test_an_unavailable_shop_is_asked_again_with_the_same_request_id(
    shop: FakeShop, client: EitherClient
) -> None:
    shop.answers["CreateOrder"] = [UNAVAILABLE, UNAVAILABLE, m.Order(id="1")]

    order = await client.call("create_order", m.CreateOrderRequest())
    await client.call("create_order", m.CreateOrderRequest())

    first, *again, other = [call.metadata["idempotency-key"] for call in shop.asked]
    assert order.id == "1"
    assert again == [first, first]
    assert other != first


async def test_the_request_id_of_the_caller_is_kept(shop: FakeShop, client: EitherClient) -> None:
    shop.answers["RefundOrder"] = [UNAVAILABLE]

    with pytest.raises(errors.Unavailable) as failure:
        await client.call("refund_order", m.RefundOrderRequest(request_id="mine"))

    assert failure.value.request_id == "mine"
    assert len(shop.asked) == 4
    assert {"idempotency-key" in call.metadata for call in shop.asked} == {False}


async def test_nothing_is_sooner_than_the_shop_asks(shop: FakeShop, client: EitherClient) -> None:
    shop.answers["GetOrder"] = [rate_limited(0.3), m.Order(id="1")]
    began = time.monotonic()

    await client.call("get_order", m.GetOrderRequest(id="1"))

    assert time.monotonic() - began >= 0.3


@pytest.mark.parametrize(
    ("refused", "raised"),
    [
        (rate_limited(), reasons.RateLimited),
        (rate_limited(60), reasons.RateLimited),  # more than the call's time
        (refusal(Code.RESOURCE_EXHAUSTED, "ACCOUNT_LOCKED", retry_after_s=0.1), reasons.AccountLocked),
        (OUT_OF_STOCK, reasons.OutOfStock),
    ],
)
async def test_what_is_final_is_raised_at_once(
    shop: FakeShop, client: EitherClient, refused: Status, raised: type[errors.EasyOrderError]
) -> None:
    shop.answers["CreateOrder"] = [refused]

    with pytest.raises(raised):
        await client.call("create_order", m.CreateOrderRequest())

    assert len(shop.asked) == 1


async def test_what_would_be_refused_the_second_time_is_not_repeated(shop: FakeShop, client: EitherClient) -> None:
    shop.answers["Register"] = [UNAVAILABLE]

    with pytest.raises(errors.Unavailable):
        await client.call("register", m.RegisterRequest(email="ada@example.com"))

    assert len(shop.asked) == 1


async def test_an_error_says_all_that_the_shop_says(shop: FakeShop, client: EitherClient) -> None:
    fault = ("items[1].quantity", "2 are available", "OUT_OF_STOCK")
    shop.answers["GetOrder"] = [
        refusal(Code.FAILED_PRECONDITION, "OUT_OF_STOCK", metadata={"available": "2"}, fault=fault, retry_after_s=1.5),
        refusal(Code.NOT_FOUND, "SOMETHING_OF_TOMORROW"),
    ]

    with pytest.raises(reasons.OutOfStock, match="refused: OUT_OF_STOCK") as failure:
        await client.call("get_order", m.GetOrderRequest(id="1"))
    with pytest.raises(errors.NotFound) as unknown:
        await client.call("get_order", m.GetOrderRequest(id="1"))

    assert failure.value.reason == "OUT_OF_STOCK"
    assert failure.value.metadata == {"available": "2"}
    assert failure.value.violations == [errors.Violation(*fault)]
    assert failure.value.retry_after == 1.5
    assert isinstance(failure.value, errors.FailedPrecondition)
    assert (type(unknown.value), unknown.value.reason) == (errors.NotFound, "SOMETHING_OF_TOMORROW")


async def test_lists_are_read_to_their_end(shop: FakeShop, client: EitherClient) -> None:
    pages = [
        m.ListProductsResponse(products=[m.Product(id="1"), m.Product(id="2")], next_page_token="b"),
        m.ListProductsResponse(next_page_token="c"),
        m.ListProductsResponse(products=[m.Product(id="3")]),
    ]
    shop.answers["ListProducts"] = [*pages]

    found = await client.all("list_products", m.ListProductsRequest(page_number=1, query="lamp"))

    asked = [m.ListProductsRequest.parse(call.body) for call in shop.asked]
    assert [product.id for product in found] == ["1", "2", "3"]
    assert [(r.page_number, r.page_token, r.query) for r in asked] == [
        (1, "", "lamp"),
        (0, "b", "lamp"),
        (0, "c", "lamp"),
    ]


async def test_an_export_that_has_begun_is_not_begun_again(shop: FakeShop, client: EitherClient) -> None:
    part = m.HttpBody(data=b"id,number\n")
    shop.answers["ExportOrders"] = [UNAVAILABLE, [part, part], [part, UNAVAILABLE]]
    request = m.ExportOrdersRequest(start_date="2026-01-01", end_date="2026-01-31")

    assert await client.all("export_orders", request) == [b"id,number\n"] * 2
    with pytest.raises(errors.Unavailable):
        await client.all("export_orders", request)
    assert len(shop.asked) == 3


async def test_operators_calls_name_their_service(shop: FakeShop, client: EitherClient) -> None:
    shop.answers["GetStats"] = [m.Stats(service="payment")]

    await client.call("get_stats", m.GetStatsRequest(service="payment"))

    assert shop.asked[0].metadata["x-easyorder-service"] == "payment"
