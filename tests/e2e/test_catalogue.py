"""A product's life over JSON: created, found, changed with its etag, deleted, brought back."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest

from deploy.local.shop import Shop, lamp, money

Json = dict[str, Any]


@pytest.mark.reaches("ETAG_MISMATCH")
@pytest.mark.reaches("PRODUCT_NOT_DELETED")
@pytest.mark.reaches("SKU_TAKEN")
async def test_a_product_is_changed_deleted_and_brought_back(http: httpx.AsyncClient, admin: Shop) -> None:
    run = uuid.uuid4().hex[:8]
    created = await admin.create_product(lamp(run, colours=["red", "blue"], sizes=["S"], pieces=3))
    path = f"/api/v1/products/{created['id']}"
    sku = created["productItems"][0]["sku"]

    async def found(query: str) -> list[Json]:
        answer = await http.get("/api/v1/products", params={"query": query}, headers=admin.headers)
        assert answer.status_code == 200, answer.text
        products: list[Json] = answer.json().get("products", [])
        return products

    assert await found(run) == await found(sku[:-1]) == [created]
    changed = await http.patch(
        path, json=created | {"name": f"Lamp {run}", "basePrice": money(50)}, headers=admin.headers
    )
    assert changed.status_code == 200, changed.text
    assert [item["id"] for item in changed.json()["productItems"]] == [item["id"] for item in created["productItems"]]
    assert await found(run) == [changed.json()]

    late = await http.patch(path, json=created, headers=admin.headers)
    assert (late.status_code, late.json()["details"][0]["reason"]) == (409, "ETAG_MISMATCH")
    late = await http.delete(path, params={"etag": created["etag"]}, headers=admin.headers)
    assert (late.status_code, late.json()["details"][0]["reason"]) == (409, "ETAG_MISMATCH")

    deleted = await http.delete(path, params={"etag": changed.json()["etag"]}, headers=admin.headers)
    assert (deleted.status_code, "deleteTime" in deleted.json()) == (200, True)
    assert await found(run) == []
    assert (await http.get(path)).status_code == 404
    assert (await http.get(path, headers=admin.headers)).json() == deleted.json()
    listed = await http.get("/api/v1/products", params={"query": run, "showDeleted": "true"}, headers=admin.headers)
    assert listed.json()["products"] == [deleted.json()]
    taken = await http.post("/api/v1/products", json=created, headers=admin.headers)
    assert (taken.status_code, taken.json()["details"][0]["reason"]) == (409, "SKU_TAKEN")

    back = await http.post(f"{path}:undelete", json={}, headers=admin.headers)
    assert back.status_code == 200, back.text
    assert back.json()["productItems"] == changed.json()["productItems"]
    assert await found(run) == [back.json()]
    again = await http.post(f"{path}:undelete", json={}, headers=admin.headers)
    assert (again.status_code, again.json()["details"][0]["reason"]) == (409, "PRODUCT_NOT_DELETED")


async def test_shoppers_change_no_product(http: httpx.AsyncClient, admin: Shop, shopper: Shop) -> None:
    product = await admin.create_product(lamp(uuid.uuid4().hex[:8], colours=["red"], sizes=["S"], pieces=1))
    path = f"/api/v1/products/{product['id']}"

    for caller, expected in (({}, 401), (shopper.headers, 403)):
        answers = [
            await http.patch(path, json=product, headers=caller),
            await http.delete(path, headers=caller),
            await http.post(f"{path}:undelete", json={}, headers=caller),
        ]
        assert [answer.status_code for answer in answers] == [expected] * 3

    assert (await http.get(path, headers=admin.headers)).json() == product


async def test_an_administrator_chooses_the_id_of_a_product(http: httpx.AsyncClient, admin: Shop) -> None:
    """The services' role has to be allowed to let the ids that the database assigns go on after it."""
    new = lamp(uuid.uuid4().hex[:8], colours=["red"], sizes=["S"], pieces=1)
    last = int((await admin.create_product(lamp(uuid.uuid4().hex[:8], colours=["red"], sizes=["S"], pieces=1)))["id"])
    path, chosen = f"/api/v1/products/{last + 1000}", {"allowMissing": "true"}

    created = await http.patch(path, json=new, params=chosen, headers=admin.headers)
    following = await admin.create_product(lamp(uuid.uuid4().hex[:8], colours=["red"], sizes=["S"], pieces=1))

    assert (created.status_code, created.json()["id"]) == (200, str(last + 1000)), created.text
    assert int(following["id"]) > last + 1000


async def test_what_is_wrong_is_named_as_the_body_has_it(http: httpx.AsyncClient, admin: Shop) -> None:
    """The body is a field of the gRPC request, of which JSON callers know nothing."""
    product = lamp(uuid.uuid4().hex[:8], colours=["red"], sizes=["S"], pieces=1)
    product["productItems"][0]["sku"] = ""

    refused = await http.post("/api/v1/products", json=product | {"name": ""}, headers=admin.headers)

    assert refused.status_code == 400
    assert refused.json()["message"] == "name is required; productItems[0].sku is required"
    named = [violation["field"] for violation in refused.json()["details"][1]["fieldViolations"]]
    assert named == ["name", "productItems[0].sku"]
