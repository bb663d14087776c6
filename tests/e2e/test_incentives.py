"""Codes and points over JSON: the amounts of the preview, the order, the charge and the refund are equal."""

from __future__ import annotations

import asyncio
import collections
import uuid
from typing import Any

import httpx
import pytest

from deploy.local.shop import Shop
from tests.e2e import invariants
from tests.e2e.conftest import a_shopper
from tests.e2e.running_mesh import RunningMesh
from tests.e2e.test_shopping import a_stocked_product, ledger_of, watched
from tests.polling import eventually

Json = dict[str, Any]


async def asked(http: httpx.AsyncClient, who: Shop, method: str, path: str, body: Json | None = None) -> httpx.Response:
    return await http.request(method, path, json=body, headers=who.headers)


async def answered(http: httpx.AsyncClient, who: Shop, method: str, path: str, body: Json | None = None) -> Json:
    answer = await asked(http, who, method, path, body)
    assert answer.status_code == 200, answer.text
    content: Json = answer.json()
    return content


async def a_code(http: httpx.AsyncClient, admin: Shop, **incentive: Any) -> Json:
    """Created by the administrator, under a code of its own."""
    wanted = {"code": f"CODE-{uuid.uuid4().hex[:8]}", "kind": "INCENTIVE_KIND_PERCENT", "value": "25"} | incentive
    return await answered(http, admin, "POST", "/api/v1/admin/incentives", wanted)


async def listed(http: httpx.AsyncClient, admin: Shop, code: str) -> Json:
    """As the administrator finds it, page by page."""
    token = ""
    while True:
        page = await answered(http, admin, "GET", f"/api/v1/admin/incentives?pageSize=2&pageToken={token}")
        for incentive in page.get("incentives", []):
            if incentive["code"] == code:
                return dict(incentive)
        token = page.get("nextPageToken", "")
        assert token, f"{code} is not in the list"


async def points_of(http: httpx.AsyncClient, shopper: Shop) -> int:
    return int((await answered(http, shopper, "GET", "/api/v1/loyalty/me")).get("points", 0))


def an_order(items: list[Json], codes: list[str], *, points: int = 0) -> Json:
    return {
        "requestId": uuid.uuid4().hex,
        "currencyCode": "USD",
        "items": items,
        "payment": {"method": "PAYMENT_METHOD_CARD", "token": "tok_ok"},
        "incentiveCodes": codes,
        "loyaltyPoints": str(points),
    }


def cents(money: Json) -> int:
    return int(money.get("units", 0)) * 100 + int(money.get("nanos", 0)) // 10_000_000


async def charged(mesh: RunningMesh, order: Json) -> list[int]:
    """The charges of the order in the provider's ledger, in cents."""
    async with mesh.database("easyorder_payment") as payment:
        rows = await payment.fetch(
            "SELECT amount FROM ledger_entry WHERE kind = 'CHARGE' AND transaction_id = $1",
            order["payments"][-1]["transactionId"],
        )
    return [int(row["amount"] * 100) for row in rows]


@pytest.mark.reaches("INCENTIVE_INVALID")
async def test_from_a_code_to_a_discounted_order_and_back(
    mesh: RunningMesh, http: httpx.AsyncClient, admin: Shop, shopper: Shop
) -> None:
    counter = await a_stocked_product(admin)
    items = [{"productItemId": item, "quantity": 1} for item in counter.ids[:3]]
    code = await a_code(http, admin, value="33.3", maxUses=1, minTotal={"currencyCode": "USD", "units": "100"})
    assert (code["value"], code["active"], code["etag"]) == ("33.3", True, "1")

    asked_for = {"items": items, "incentiveCodes": [code["code"], "NONE"], "currencyCode": "USD"}
    preview = await answered(http, shopper, "POST", "/api/v1/orders:preview", asked_for)
    order = await answered(http, shopper, "POST", "/api/v1/orders", an_order(items, [code["code"]]))
    await watched(shopper, order["id"])

    paid = await shopper.get_order(order["id"])
    sub_total, discount, total = (cents(paid[name]) for name in ("subTotal", "discountTotal", "totalAmount"))
    shown = preview["order"]
    assert preview["refusedCodes"] == [{"code": "NONE", "reason": "there is no incentive with this code"}]
    assert [cents(shown[name]) for name in ("subTotal", "discountTotal", "totalAmount")] == [sub_total, discount, total]
    assert [item | {"id": ""} for item in order["items"]] == shown["items"]
    assert (shown["discounts"], shown["payments"], shown["id"]) == (order["discounts"], [], "")
    assert total == sub_total - discount
    assert discount == round(sub_total * 0.333)
    assert [(given["code"], cents(given["amount"])) for given in paid["discounts"]] == [(code["code"], discount)]
    assert sum(cents(item["discount"]) for item in paid["items"]) == discount
    assert paid["status"] == "ORDER_STATUS_PAID"
    assert await charged(mesh, paid) == [total]
    assert (await listed(http, admin, code["code"]))["uses"] == 1
    await eventually(lambda: _has(http, shopper, total // 100))

    refused = await asked(http, shopper, "POST", "/api/v1/orders", an_order(items, [code["code"]]))
    (error,) = [detail for detail in refused.json()["details"] if "reason" in detail]
    assert (refused.status_code, error["reason"]) == (400, "INCENTIVE_INVALID")
    assert error["metadata"] == {"code": code["code"], "why": "it is used up"}

    await shopper.cancel(order["id"], "changed my mind")

    async def use_is_back() -> bool:
        return (await listed(http, admin, code["code"])).get("uses", 0) == 0

    await eventually(use_is_back)
    await eventually(lambda: _has(http, shopper, 0))
    assert (await shopper.get_order(order["id"]))["discounts"] == paid["discounts"]
    await eventually(lambda: invariants.at_rest(mesh), timeout_s=20)
    await invariants.check(mesh)


async def _has(http: httpx.AsyncClient, shopper: Shop, points: int) -> bool:
    return await points_of(http, shopper) == points


async def test_points_pay_and_an_order_of_nothing_is_paid_without_the_provider(
    mesh: RunningMesh, http: httpx.AsyncClient, admin: Shop, shopper: Shop
) -> None:
    counter = await a_stocked_product(admin)
    bought = await shopper.order({counter.ids[0]: 10}, "tok_ok")
    await watched(shopper, bought["id"])
    await eventually(lambda: _has(http, shopper, 400))
    items = [{"productItemId": counter.ids[0], "quantity": 1}]
    everything = await a_code(http, admin, kind="INCENTIVE_KIND_AMOUNT", value="36.00", currencyCode="USD")

    order = await answered(http, shopper, "POST", "/api/v1/orders", an_order(items, [everything["code"]], points=400))

    assert (order["status"], cents(order["totalAmount"])) == ("ORDER_STATUS_PAID", 0)
    assert [(given["code"], cents(given["amount"])) for given in order["discounts"]] == [
        (everything["code"], 3600),
        ("", 400),
    ]
    assert await points_of(http, shopper) == 0
    await eventually(lambda: invariants.at_rest(mesh), timeout_s=20)
    assert await ledger_of(mesh, order["payments"][-1]["transactionId"]) == []

    cancelled = await shopper.cancel(order["id"], "no")

    assert cancelled["payments"][-1]["status"] == "PAYMENT_STATUS_CANCELLED"
    await eventually(lambda: _has(http, shopper, 400))
    await eventually(lambda: invariants.at_rest(mesh), timeout_s=20)
    assert await ledger_of(mesh, order["payments"][-1]["transactionId"]) == []
    await invariants.check(mesh)


async def test_an_order_with_a_code_and_points_is_changed_and_both_follow_it(
    mesh: RunningMesh, http: httpx.AsyncClient, admin: Shop, shopper: Shop
) -> None:
    counter = await a_stocked_product(admin)
    first, second = counter.ids[:2]
    bought = await shopper.order({first: 10}, "tok_ok")
    await watched(shopper, bought["id"])
    await eventually(lambda: _has(http, shopper, 400))
    code = await a_code(http, admin, maxUses=1, minTotal={"currencyCode": "USD", "units": "60"})
    wanted = an_order([{"productItemId": first, "quantity": 2}], [code["code"]], points=400)
    # Being charged while it is changed.
    wanted["payment"]["token"] = "tok_slow_3000"
    placed = await answered(http, shopper, "POST", "/api/v1/orders", wanted)
    path = f"/api/v1/orders/{placed['id']}"
    assert [cents(placed[name]) for name in ("subTotal", "totalAmount")] == [8000, 5600]

    refused = await asked(http, shopper, "PUT", path, {"items": [{"productItemId": first, "quantity": 1}]})

    (error,) = [detail for detail in refused.json()["details"] if "reason" in detail]
    assert (refused.status_code, error["reason"], error["metadata"]["code"]) == (400, "INCENTIVE_INVALID", code["code"])
    assert "60.00 USD" in error["metadata"]["why"]
    assert (await shopper.get_order(placed["id"]))["items"] == placed["items"]

    for items in ({first: 3}, {first: 1, second: 2}):
        body = {"items": [{"productItemId": item, "quantity": count} for item, count in items.items()]}
        changed = await answered(http, shopper, "PUT", path, body)
        sub_total, discount = cents(changed["subTotal"]), cents(changed["discountTotal"])
        given = {discount["code"]: cents(discount["amount"]) for discount in changed["discounts"]}
        assert given == {code["code"]: sub_total // 4, "": 400}
        assert sum(cents(item["discount"]) for item in changed["items"]) == sum(given.values()) == discount
        assert cents(changed["totalAmount"]) == sub_total - discount
    await watched(shopper, placed["id"])

    paid = await shopper.get_order(placed["id"])
    assert (paid["status"], paid["discounts"]) == ("ORDER_STATUS_PAID", changed["discounts"])
    assert {item["productItemId"]: item["quantity"] for item in paid["items"]} == {first: 1, second: 2}
    assert await charged(mesh, paid) == [cents(changed["totalAmount"])]
    assert (await listed(http, admin, code["code"]))["uses"] == 1
    await eventually(lambda: _has(http, shopper, cents(paid["totalAmount"]) // 100))
    await eventually(lambda: invariants.at_rest(mesh), timeout_s=20)
    await invariants.check(mesh)


async def test_twenty_shoppers_and_a_code_with_one_use(mesh: RunningMesh, http: httpx.AsyncClient, admin: Shop) -> None:
    counter = await a_stocked_product(admin, pieces=20)
    code = await a_code(http, admin, maxUses=1)
    shoppers = await asyncio.gather(*[a_shopper(http) for _ in range(20)])
    items = [{"productItemId": counter.ids[0], "quantity": 1}]

    answers = await asyncio.gather(
        *[asked(http, who, "POST", "/api/v1/orders", an_order(items, [code["code"]])) for who in shoppers]
    )

    outcomes = collections.Counter(
        "ordered" if answer.status_code == 200 else answer.json()["details"][0]["reason"] for answer in answers
    )
    assert outcomes == {"ordered": 1, "INCENTIVE_INVALID": 19}
    await eventually(lambda: invariants.at_rest(mesh), timeout_s=20)
    await invariants.check(mesh)


@pytest.mark.reaches("INCENTIVE_NOT_FOUND")
async def test_a_code_that_is_not_there_is_not_found(http: httpx.AsyncClient, admin: Shop) -> None:
    unknown = await asked(http, admin, "POST", "/api/v1/admin/incentives/999999999:activate", {})

    assert (unknown.status_code, unknown.json()["details"][0]["reason"]) == (404, "INCENTIVE_NOT_FOUND")


@pytest.mark.reaches("CODE_TAKEN")
async def test_an_administrator_edits_a_code_ends_it_and_lets_it_be_used_again(
    http: httpx.AsyncClient, admin: Shop, shopper: Shop
) -> None:
    code = await a_code(http, admin, value="10")
    path = f"/api/v1/admin/incentives/{code['id']}"

    edited = await answered(http, admin, "PATCH", path, {"etag": code["etag"], "value": "20.50", "stackable": True})
    outdated = await asked(http, admin, "PATCH", path, code | {"value": "90"})
    ended = await answered(http, admin, "POST", f"{path}:deactivate", {})
    again = await answered(http, admin, "POST", f"{path}:activate", {})
    taken = await asked(http, admin, "POST", "/api/v1/admin/incentives", {**code, "id": ""})
    stranger = await asked(http, shopper, "GET", "/api/v1/admin/incentives")

    assert (edited["value"], edited["stackable"], edited["etag"]) == ("20.50", True, "2")
    assert (outdated.status_code, outdated.json()["details"][0]["reason"]) == (409, "ETAG_MISMATCH")
    assert [(incentive["active"], incentive["etag"]) for incentive in (ended, again)] == [(False, "3"), (True, "4")]
    assert edited["code"] == code["code"]
    assert (taken.status_code, taken.json()["details"][0]["reason"]) == (409, "CODE_TAKEN")
    assert stranger.status_code == 403
    found = await listed(http, admin, code["code"])
    assert (found["value"], found["active"]) == ("20.50", True)
