"""Bad input gets a JSON error that names the field, and leaves nothing behind."""

from __future__ import annotations

import json
import uuid
from typing import Any

import httpx
import pytest

from deploy.local.shop import Shop
from tests.e2e.running_mesh import RunningMesh
from tests.e2e.test_shopping import a_stocked_product


def an_order(item: str, **changes: Any) -> dict[str, Any]:
    return {
        "requestId": uuid.uuid4().hex,
        "currencyCode": "USD",
        "items": [{"productItemId": item, "quantity": 1}],
        "payment": {"method": "PAYMENT_METHOD_CARD", "token": "tok_ok"},
    } | changes


async def rows(mesh: RunningMesh) -> tuple[int, int, int]:
    async with mesh.database("easyorder_order_write") as orders:
        written = await orders.fetchval("SELECT count(*) FROM orders")
        kept = await orders.fetchval("SELECT count(*) FROM idempotency_key")
    async with mesh.database("easyorder_inventory_write") as inventory:
        return written, kept, await inventory.fetchval("SELECT count(*) FROM reservation WHERE state = 'HELD'")


CASES = {
    "no items": ({"items": []}, 400, "items"),
    "no currency": ({"currencyCode": ""}, 400, "currencyCode"),
    "unknown currency": ({"currencyCode": "XXX"}, 400, "currencyCode"),
    "no payment": ({"payment": None}, 400, "payment"),
    "no token": ({"payment": {"method": "PAYMENT_METHOD_CARD"}}, 400, "payment.token"),
    "no method": ({"payment": {"token": "tok_ok"}}, 400, "payment.method"),
    "negative quantity": ({"items": [{"productItemId": "1", "quantity": -1}]}, 400, "items[0].quantity"),
    "no quantity": ({"items": [{"productItemId": "1"}]}, 400, "items[0].quantity"),
    "too many pieces": ({"items": [{"productItemId": "1", "quantity": 1001}]}, 400, "items[0].quantity"),
    "no item": ({"items": [{"quantity": 1}]}, 400, "items[0].productItemId"),
}


@pytest.mark.parametrize(("changes", "code", "field"), CASES.values(), ids=CASES)
async def test_the_field_is_named(
    mesh: RunningMesh,
    http: httpx.AsyncClient,
    shopper: Shop,
    changes: dict[str, Any],
    code: int,
    field: str,
) -> None:
    before = await rows(mesh)

    answer = await http.post("/api/v1/orders", json=an_order("1", **changes), headers=shopper.headers)

    error = answer.json()
    assert (answer.status_code, error["details"][0]["reason"]) == (code, "INVALID_ARGUMENT"), error
    named = [v["field"] for detail in error["details"] for v in detail.get("fieldViolations", [])]
    assert field in named, error
    assert await rows(mesh) == before


@pytest.mark.reaches("PRODUCT_ITEM_NOT_FOUND")
async def test_an_unknown_item(mesh: RunningMesh, http: httpx.AsyncClient, shopper: Shop) -> None:
    before = await rows(mesh)

    answer = await http.post("/api/v1/orders", json=an_order("999999999"), headers=shopper.headers)

    error = answer.json()
    assert (answer.status_code, error["details"][0]["reason"]) == (404, "PRODUCT_ITEM_NOT_FOUND")
    assert "999999999" in json.dumps(error)
    assert await rows(mesh) == before


MALFORMED = {
    "broken JSON": ('{"currencyCode": "USD", "items": [', 400, None),
    "unknown enum": (json.dumps(an_order("1", payment={"method": "BEER", "token": "tok"})), 400, "payment.method"),
    "a word for a number": (json.dumps(an_order("1", items=[{"productItemId": "1", "quantity": "x"}])), 400, "items"),
    "ten megabytes": (json.dumps(an_order("1", requestId="x" * 10_000_000)), 413, None),
}


@pytest.mark.parametrize(("body", "code", "named"), MALFORMED.values(), ids=MALFORMED)
async def test_what_is_not_even_a_message(
    mesh: RunningMesh, http: httpx.AsyncClient, shopper: Shop, body: str, code: int, named: str | None
) -> None:
    before = await rows(mesh)

    answer = await http.post(
        "/api/v1/orders", content=body, headers=shopper.headers | {"content-type": "application/json"}
    )

    assert answer.status_code == code, answer.text
    error = answer.json()
    assert error["details"][0]["reason"] in {"INVALID_ARGUMENT", "PAYLOAD_TOO_LARGE"}
    assert error["message"]
    if named:
        assert named.split(".")[-1] in json.dumps(error), error
    assert await rows(mesh) == before


# A request of an administrator, and what is said of it: at the edge, or by the service in the same form.
REFUSED = {
    "a word for a number": ("GET /admin/orders?pageSize=abc", {}, "pageSize must be a whole number"),
    "an unknown parameter": ("GET /admin/orders?pagesize=1", {}, "pagesize is not a parameter of this call"),
    "a filter that is none": ("GET /admin/orders?filter=x", {}, "filter "),
    "a day that is none": ("GET /admin/reports/daily?date=2026-02-30", {}, "date must be a day of the calendar"),
    "another id than the path's": ("PATCH /products/1", {"id": "2"}, "id must be the same as in the path"),
    "all and a name": ("PATCH /products/1?updateMask=*,name", {}, "updateMask must be names of fields"),
    "a mask of nothing known": ("PATCH /products/1?updateMask=colour", {}, "updateMask must not have 'colour'"),
    "a time that is none": ("PATCH /admin/incentives/1", {"endTime": "soon"}, "endTime must be a time"),
    "a year that is none": (
        "PATCH /admin/incentives/1",
        {"endTime": "0000-01-01T00:00:00Z"},
        "endTime must be in the years 1 to 9999",
    ),
    "one for many": ("POST /products", {"productItems": {"sku": "S"}}, "productItems must be a list"),
}


@pytest.mark.parametrize("kind", REFUSED)
async def test_what_is_wrong_is_said_of_its_field(
    kind: str, mesh: RunningMesh, http: httpx.AsyncClient, admin: Shop
) -> None:
    request, body, expected = REFUSED[kind]
    verb, path = request.split(" ", 1)
    before = await rows(mesh)

    answer = await http.request(verb, f"/api/v1{path}", json=body if verb != "GET" else None, headers=admin.headers)

    assert answer.status_code == 400, answer.text
    (violation,) = next(detail["fieldViolations"] for detail in answer.json()["details"] if "fieldViolations" in detail)
    assert f"{violation['field']} {violation['description']}".startswith(expected)
    assert answer.json()["message"].startswith(expected)
    assert await rows(mesh) == before


@pytest.mark.parametrize("path", ["/orders/%ff", "/products/%C3%28"])
async def test_a_path_that_is_no_text(path: str, http: httpx.AsyncClient, admin: Shop) -> None:
    answer = await http.get(f"/api/v1{path}", headers=admin.headers)

    assert (answer.status_code, answer.json()["details"][0]["reason"]) == (400, "INVALID_ARGUMENT")


async def test_every_field_at_fault_is_named(mesh: RunningMesh, http: httpx.AsyncClient, shopper: Shop) -> None:
    body = {"currencyCode": "", "items": [{"quantity": 0}], "payment": {}}

    answer = await http.post("/api/v1/orders", json=body, headers=shopper.headers)

    named = {v["field"] for detail in answer.json()["details"] for v in detail.get("fieldViolations", [])}
    assert named >= {"currencyCode", "items[0].productItemId", "items[0].quantity", "payment.method"}


@pytest.mark.reaches("OUT_OF_STOCK")
async def test_out_of_stock_tells_of_what_and_how_much(
    mesh: RunningMesh, http: httpx.AsyncClient, admin: Shop, shopper: Shop
) -> None:
    counter = await a_stocked_product(admin, pieces=1)
    before = await rows(mesh)
    wanted = [{"productItemId": counter.ids[0], "quantity": 1}, {"productItemId": counter.ids[1], "quantity": 2}]

    answer = await http.post("/api/v1/orders", json=an_order("1", items=wanted), headers=shopper.headers)

    info, bad_request = answer.json()["details"]
    assert (answer.status_code, info["reason"]) == (400, "OUT_OF_STOCK")
    [violation] = bad_request["fieldViolations"]
    assert (violation["field"], violation["reason"]) == ("items[1].quantity", "OUT_OF_STOCK")
    assert info["metadata"] == {"productItemId": counter.ids[1], "requested": "2", "available": "1"}
    assert await rows(mesh) == before
