"""Equal calls at once, over JSON: all of them get the response of the first, and its effect is there once."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import httpx
import pytest

from deploy.local.shop import Shop, lamp, money
from tests.e2e.test_after_sales import PARCEL, status_is
from tests.e2e.test_shopping import PIECES, a_stocked_product

Json = dict[str, Any]
AT_ONCE = 4


async def at_once(http: httpx.AsyncClient, who: Shop, method: str, path: str, body: Json) -> Json:
    """The response that all calls got. The request_id is in the path if the body is a resource."""
    request = http.build_request(method, f"/api/v1{path}", json=body, headers=who.headers)
    replies = await asyncio.gather(
        *(http.request(method, request.url, content=request.content, headers=request.headers) for _ in range(AT_ONCE))
    )
    assert [reply.status_code for reply in replies] == [200] * AT_ONCE, [reply.text for reply in replies]
    first, *others = [reply.json() for reply in replies]
    assert others == [first] * (AT_ONCE - 1)
    said: Json = first
    return said


def line(item: str) -> Json:
    return {"productItemId": item, "quantity": 1}


def an_id() -> str:
    return uuid.uuid4().hex


async def test_calls_for_an_order(http: httpx.AsyncClient, admin: Shop, shopper: Shop) -> None:
    item = (await a_stocked_product(admin)).ids[0]
    paid, waiting = [(await shopper.order({item: 2}, token))["id"] for token in ("tok_ok", "tok_down")]
    etag = (await status_is(shopper, paid, "PAID"))["etag"]

    shipping = {"shipment": PARCEL, "etag": etag, "requestId": an_id()}
    shipped = await at_once(http, admin, "POST", f"/admin/orders/{paid}:ship", shipping)
    assert int(shipped["etag"]) == int(etag) + 1
    refund = {"reason": "broken", "requestId": an_id()}
    refunded = await at_once(http, admin, "POST", f"/admin/orders/{paid}:refund", refund)
    assert refunded["payments"][-1]["refundedAmount"] == refunded["totalAmount"]
    all_that_is_there = PIECES - 2
    change = {"items": [{"productItemId": item, "quantity": all_that_is_there}], "requestId": an_id()}
    changed = await at_once(http, shopper, "PUT", f"/orders/{waiting}", change)
    assert changed["items"][0]["quantity"] == all_that_is_there
    cancel = {"reason": "late", "requestId": an_id()}
    cancelled = await at_once(http, shopper, "POST", f"/orders/{waiting}:cancel", cancel)
    assert cancelled["status"] == "ORDER_STATUS_CANCELLED"


async def test_calls_for_the_catalogue(http: httpx.AsyncClient, admin: Shop) -> None:
    wanted = lamp(an_id(), colours=["red"], sizes=["S"], pieces=5)
    product = await at_once(http, admin, "POST", f"/products?requestId={an_id()}", wanted)
    item = product["productItems"][0]
    adjustment = {"delta": -4, "reason": "broken", "requestId": an_id()}
    level = await at_once(http, admin, "POST", f"/admin/inventory/{item['id']}:adjust", adjustment)
    assert int(level["quantityOnHand"]) == 1
    etag = (await http.get(f"/api/v1/products/{product['id']}", headers=admin.headers)).json()["etag"]
    renamed = product | {"name": "Another lamp", "etag": etag}
    path = f"/products/{product['id']}?requestId={an_id()}"
    assert int((await at_once(http, admin, "PATCH", path, renamed))["etag"]) == int(etag) + 1


async def test_calls_for_a_code(http: httpx.AsyncClient, admin: Shop) -> None:
    code = {"code": f"SAVE-{an_id()}", "kind": "INCENTIVE_KIND_PERCENT", "value": "10"}
    created = await at_once(http, admin, "POST", f"/admin/incentives?requestId={an_id()}", code)
    path = f"/admin/incentives/{created['id']}?requestId={an_id()}"
    updated = await at_once(http, admin, "PATCH", path, code | {"value": "20", "etag": created["etag"]})
    assert int(updated["etag"]) == int(created["etag"]) + 1


@pytest.mark.reaches("REQUEST_ID_REQUIRED")
async def test_what_moves_money_is_not_done_without_a_key(http: httpx.AsyncClient, admin: Shop, shopper: Shop) -> None:
    item = (await a_stocked_product(admin)).ids[0]
    order = (await shopper.order({item: 2}, "tok_ok"))["id"]
    paid = await status_is(shopper, order, "PAID")
    payment = {"method": "PAYMENT_METHOD_CARD", "token": "tok_ok"}
    calls: list[tuple[Shop, str, Json]] = [
        (shopper, "/orders", {"currencyCode": "USD", "items": [line(item)], "payment": payment}),
        (shopper, f"/orders/{order}:retryPayment", {"payment": payment}),
        (admin, f"/admin/orders/{order}:refund", {"amount": money(5), "reason": "broken"}),
        (admin, f"/admin/inventory/{item}:adjust", {"delta": 3, "reason": "delivery"}),
    ]

    for who, path, body in calls:
        refused = await http.post(f"/api/v1{path}", json=body, headers=who.headers)
        info, violations = refused.json()["details"]
        assert (refused.status_code, info["reason"]) == (400, "REQUEST_ID_REQUIRED"), path
        assert [violation["field"] for violation in violations["fieldViolations"]] == ["requestId"]

    assert await shopper.get_order(order) == paid
    assert len((await shopper.list_orders())["orders"]) == 1


async def test_two_refunds_with_one_key_pay_once(http: httpx.AsyncClient, admin: Shop, shopper: Shop) -> None:
    item = (await a_stocked_product(admin)).ids[0]
    order = (await shopper.order({item: 2}, "tok_ok"))["id"]
    await status_is(shopper, order, "PAID")
    path, body = f"/api/v1/admin/orders/{order}:refund", {"amount": money(5), "reason": "broken"}
    headers = admin.headers | {"idempotency-key": an_id()}

    first, second = [await http.post(path, json=body, headers=headers) for _ in range(2)]
    other = await http.post(path, json=body | {"requestId": an_id()}, headers=headers)

    assert (first.status_code, second.json()) == (200, first.json())
    assert other.status_code == 400
    payment = (await shopper.get_order(order))["payments"][-1]
    assert payment["refundedAmount"] == {"currencyCode": "USD", "units": "5", "nanos": 0}
