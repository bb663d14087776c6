"""A shopper's day over JSON: ordered, reserved, charged, paid, and streamed while it happens."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from deploy.local.shop import Shop, Stock, lamp
from tests.e2e.running_mesh import RunningMesh
from tests.polling import eventually

Json = dict[str, Any]
PIECES = 20


@dataclass(frozen=True)
class StockCounter:
    """A product with two variations and four items, `pieces` of each."""

    product_id: str
    items: Mapping[str, str]  # id by SKU

    @property
    def ids(self) -> list[str]:
        return list(self.items.values())


async def a_stocked_product(admin: Shop, *, pieces: int = PIECES) -> StockCounter:
    run = uuid.uuid4().hex[:8]
    product = await admin.create_product(lamp(run, colours=["red", "blue"], sizes=["S", "L"], pieces=pieces))
    return StockCounter(product["id"], {item["sku"]: item["id"] for item in product["productItems"]})


async def watched(shopper: Shop, order_id: str) -> list[Json]:
    """Everything the stream of an order says until it ends."""
    return [message async for message in shopper.watch(order_id)]


def summaries(messages: list[Json]) -> list[str]:
    """What kind of message each is, and where it led."""
    kinds = []
    for message in messages:
        if "orderSnapshot" in message:
            kinds.append(f"snapshot {message['orderSnapshot']['order']['status']}")
        elif "orderStatusChanged" in message:
            kinds.append(f"status {message['orderStatusChanged']['toStatus']}")
        elif "paymentAttempt" in message:
            kinds.append(f"attempt {message['paymentAttempt']['outcome']}")
    return kinds


async def ledger_of(mesh: RunningMesh, transaction_id: str) -> list[str]:
    async with mesh.database("easyorder_payment") as payment:
        rows = await payment.fetch(
            "SELECT kind FROM ledger_entry WHERE transaction_id = $1 ORDER BY ordinal", transaction_id
        )
    return [row["kind"] for row in rows]


async def stock_is(shop: Shop, counter: StockCounter, expected: Stock, *, of: int) -> None:
    """The first `of` items come to have that stock: it is sold or released by a job that follows the payment."""

    async def settled() -> bool:
        stock = await shop.stock(counter.product_id)
        assert [stock[sku] for sku in list(counter.items)[:of]] == [expected] * of
        return True

    await eventually(settled)


async def test_an_order_is_paid_within_two_seconds_and_streamed(admin: Shop, shopper: Shop) -> None:
    counter = await a_stocked_product(admin)

    async def the_product_is_listed() -> bool:
        listed = await shopper.list_products()
        return (
            any(product["id"] == counter.product_id for product in listed["products"]) or int(listed["totalSize"]) > 10
        )

    # Who made it finds it at once; others when the read side has it.
    await eventually(the_product_is_listed)

    order = await shopper.order(dict.fromkeys(counter.ids[:3], 2), "tok_ok")
    assert order["status"] == "ORDER_STATUS_CONFIRMED"
    async with asyncio.timeout(2):
        messages = await watched(shopper, order["id"])

    # The stream may have begun after the payment: then its snapshot says so, and it ends.
    assert summaries(messages) in (
        [
            "snapshot ORDER_STATUS_CONFIRMED",
            "attempt PAYMENT_OUTCOME_CHARGED",
            "status ORDER_STATUS_PAID",
        ],
        ["snapshot ORDER_STATUS_PAID"],
    )
    sequences = [int(message["sequence"]) for message in messages]
    assert sequences == list(range(sequences[0], sequences[0] + len(sequences)))
    paid = await shopper.get_order(order["id"])
    assert (paid["status"], paid["payments"][-1]["status"]) == ("ORDER_STATUS_PAID", "PAYMENT_STATUS_PAID")
    assert {item["productId"] for item in paid["items"]} == {counter.product_id}
    assert all([option["variation"] for option in item["options"]] == ["Colour", "Size"] for item in paid["items"])
    await stock_is(admin, counter, Stock(on_hand=PIECES - 2, reserved=0, sold=2), of=3)


async def test_a_flaky_payment_is_tried_again_and_charged_once(mesh: RunningMesh, admin: Shop, shopper: Shop) -> None:
    counter = await a_stocked_product(admin)

    order = await shopper.order({counter.ids[0]: 1}, "tok_flaky_2")
    messages = await watched(shopper, order["id"])

    assert summaries(messages)[-2:] == ["attempt PAYMENT_OUTCOME_CHARGED", "status ORDER_STATUS_PAID"]
    paid = await shopper.get_order(order["id"])
    assert (paid["status"], paid["payments"][-1]["attempts"]) == ("ORDER_STATUS_PAID", 3)
    assert await ledger_of(mesh, paid["payments"][-1]["transactionId"]) == ["TRANSIENT", "TRANSIENT", "CHARGE"]


async def test_a_lost_reply_does_not_charge_twice(mesh: RunningMesh, admin: Shop, shopper: Shop) -> None:
    counter = await a_stocked_product(admin)

    order = await shopper.order({counter.ids[0]: 1}, "tok_lost_reply")
    await watched(shopper, order["id"])

    paid = await shopper.get_order(order["id"])
    assert paid["status"] == "ORDER_STATUS_PAID"
    assert await ledger_of(mesh, paid["payments"][-1]["transactionId"]) == ["CHARGE"]


async def test_a_declined_payment_fails_the_order_and_the_stock_is_back(admin: Shop, shopper: Shop) -> None:
    counter = await a_stocked_product(admin)

    order = await shopper.order({counter.ids[0]: 5}, "tok_declined")
    messages = await watched(shopper, order["id"])

    assert summaries(messages)[-1] in ("status ORDER_STATUS_FAILED", "snapshot ORDER_STATUS_FAILED")
    failed = await shopper.get_order(order["id"])
    assert (failed["status"], failed["payments"][-1]["failureMessage"]) == (
        "ORDER_STATUS_FAILED",
        "the card was declined",
    )
    await stock_is(admin, counter, Stock(on_hand=PIECES, reserved=0, sold=0), of=1)


async def test_a_cancelled_order_gives_everything_back(mesh: RunningMesh, admin: Shop, shopper: Shop) -> None:
    counter = await a_stocked_product(admin)
    order = await shopper.order({counter.ids[0]: 3}, "tok_ok")
    await watched(shopper, order["id"])
    await stock_is(admin, counter, Stock(on_hand=PIECES - 3, reserved=0, sold=3), of=1)

    cancelled = await shopper.cancel(order["id"], "changed my mind")

    assert cancelled["status"] == "ORDER_STATUS_CANCELLED"

    async def money_is_back() -> bool:
        return (await shopper.get_order(order["id"]))["payments"][-1]["status"] == "PAYMENT_STATUS_REFUNDED"

    await eventually(money_is_back)
    await stock_is(admin, counter, Stock(on_hand=PIECES, reserved=0, sold=3), of=1)
    assert await ledger_of(mesh, order["payments"][-1]["transactionId"]) == ["CHARGE", "REFUND"]


@pytest.mark.reaches("REQUEST_ID_REUSED")
async def test_the_same_request_id_is_one_order(http: httpx.AsyncClient, admin: Shop, shopper: Shop) -> None:
    counter = await a_stocked_product(admin, pieces=1)
    address = {"regionCode": "DE", "postalCode": "10117", "locality": "Berlin", "addressLines": ["Unter den Linden 1"]}
    body = {
        "requestId": uuid.uuid4().hex,
        "currencyCode": "USD",
        "items": [{"productItemId": counter.ids[0], "quantity": 1}],
        "payment": {"method": "PAYMENT_METHOD_CARD", "token": "tok_ok"},
        "shippingAddress": address,
    }

    answers = await asyncio.gather(
        *[http.post("/api/v1/orders", json=body, headers=shopper.headers) for _ in range(10)]
    )

    assert [answer.status_code for answer in answers] == [200] * 10
    assert len({answer.json()["id"] for answer in answers}) == 1
    shown = (await shopper.get_order(answers[0].json()["id"]))["shippingAddress"]
    assert address.items() <= shown.items()
    other = body | {"items": [{"productItemId": counter.ids[1], "quantity": 1}]}
    refused = await http.post("/api/v1/orders", json=other, headers=shopper.headers)
    info, bad_request = refused.json()["details"]
    assert (refused.status_code, info["reason"]) == (400, "REQUEST_ID_REUSED")
    assert info["metadata"] == {"requestId": body["requestId"]}
    assert [fault["field"] for fault in bad_request["fieldViolations"]] == ["requestId"]


async def test_what_a_reply_has_shown_can_be_read_and_listed_at_once(admin: Shop, shopper: Shop) -> None:
    counter = await a_stocked_product(admin)
    for _ in range(20):
        order = await shopper.order({counter.ids[0]: 1}, "tok_ok")
        assert (await shopper.get_order(order["id"]))["id"] == order["id"]
        assert order["id"] in [listed["id"] for listed in (await shopper.list_orders())["orders"]]


@pytest.mark.reaches("ORDER_NOT_FOUND")
async def test_somebody_elses_order_does_not_exist(http: httpx.AsyncClient, admin: Shop, shopper: Shop) -> None:
    from tests.e2e.conftest import a_shopper

    counter = await a_stocked_product(admin)
    order = await shopper.order({counter.ids[0]: 1}, "tok_ok")
    stranger = await a_shopper(http)

    for method, path in (
        ("GET", f"/api/v1/orders/{order['id']}"),
        ("GET", f"/api/v1/orders/{order['id']}/status"),
        ("GET", f"/api/v1/orders/{order['id']}:watch"),
        ("POST", f"/api/v1/orders/{order['id']}:cancel"),
    ):
        body: Json | None = {} if method == "POST" else None
        answer = await http.request(method, path, json=body, headers=stranger.headers)
        assert (answer.status_code, answer.json()["details"][0]["reason"]) == (404, "ORDER_NOT_FOUND"), path
    assert (await shopper.get_order(order["id"]))["status"] != "ORDER_STATUS_CANCELLED"
