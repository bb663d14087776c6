"""Unknown fields are refused, not dropped: a typo must not make the shopper pay the full price."""

from __future__ import annotations

import json
import uuid

import httpx
import pytest

from deploy.local.shop import Shop, lamp
from tests.e2e.running_mesh import RunningMesh
from tests.security.attackers import a_shopper, an_item, an_order, fields_of, reason_of, written

LENIENT = {"x-easyorder-ignore-unknown-fields": "true"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"incentiveCode": ["SUMMER"]}, "incentiveCode"),
        ({"payment": {"method": "PAYMENT_METHOD_CARD", "token": "tok_ok", "cvc": "1"}}, "payment.cvc"),
        ({"items": [{"productItemId": "1", "quantity": 1, "qty": 2}]}, "items[0].qty"),
    ],
)
async def test_it_is_refused_and_nothing_is_ordered(
    mesh: RunningMesh, http: httpx.AsyncClient, admin: Shop, changes: dict[str, object], field: str
) -> None:
    item = await an_item(admin)
    shopper, _ = await a_shopper(http)
    before = await written(mesh)

    answer = await http.post("/api/v1/orders", json=an_order(item, **changes), headers=shopper.headers)

    assert (answer.status_code, reason_of(answer)) == (400, "INVALID_ARGUMENT")
    assert list(fields_of(answer)) == [field]
    assert await written(mesh) == before


async def test_a_missing_body_is_refused(mesh: RunningMesh, http: httpx.AsyncClient) -> None:
    shopper, _ = await a_shopper(http)
    before = await written(mesh)

    answer = await http.post("/api/v1/orders", headers=shopper.headers)

    assert (answer.status_code, list(fields_of(answer))) == (400, ["body"])
    assert await written(mesh) == before


async def test_a_client_that_asks_for_leniency_gets_it(http: httpx.AsyncClient, admin: Shop) -> None:
    item = await an_item(admin)
    shopper, _ = await a_shopper(http)
    body = an_order(item, incentiveCode=["SUMMER"])

    assert (await http.post("/api/v1/orders", json=body, headers=shopper.headers | LENIENT)).status_code == 200


@pytest.mark.parametrize(("query", "body"), [("", {"etga": "x"}), ("", {"etag": "x"}), ("?etag=x&etag=1", None)])
async def test_a_delete_with_what_is_not_checked_deletes_nothing(
    mesh: RunningMesh, http: httpx.AsyncClient, admin: Shop, query: str, body: dict[str, str] | None
) -> None:
    product = await admin.create_product(lamp(uuid.uuid4().hex[:8], colours=["red"], sizes=["S"], pieces=1))
    before = await written(mesh)

    path = f"/api/v1/products/{product['id']}"
    content = json.dumps(body) if body else None
    answer = await http.request("DELETE", path + query, content=content, headers=admin.headers)

    assert (answer.status_code, reason_of(answer)) == (400, "INVALID_ARGUMENT")
    assert list(fields_of(answer)) == ["body" if body else "etag"]
    assert await written(mesh) == before
