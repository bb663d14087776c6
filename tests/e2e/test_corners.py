"""Corners of the contract over JSON, where they were found: queries, events, codes without effect, search."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx

from deploy.local.shop import Shop
from tests.e2e.test_after_sales import PARCEL, call
from tests.e2e.test_incentives import a_code, an_order, asked, listed
from tests.e2e.test_shopping import a_stocked_product

Json = dict[str, Any]
NFD, NFC = "Cafe\u0301", "Caf\u00e9"


async def events(http: httpx.AsyncClient, shopper: Shop, order_id: str, last_event_id: str = "") -> AsyncIterator[Json]:
    """What an EventSource dispatches, each event with its id."""
    headers = shopper.headers | ({"last-event-id": last_event_id} if last_event_id else {})
    path = f"/api/v1/orders/{order_id}:watch?afterSequence=0"
    async with http.stream("GET", path, headers=headers) as answer:
        assert answer.status_code == 200
        last = ""
        async for line in answer.aiter_lines():
            field, _, value = line.partition(": ")
            if field == "id":
                last = value
            elif field == "data":
                yield {"id": last, **json.loads(value)}


def status_of(event: Json) -> str:
    return str(event.get("orderStatusChanged", {}).get("toStatus", "")).removeprefix("ORDER_STATUS_")


async def test_a_watch_goes_on_beyond_paid_and_a_browser_resumes_it(
    http: httpx.AsyncClient, admin: Shop, shopper: Shop
) -> None:
    counter = await a_stocked_product(admin)
    order = await shopper.order({counter.ids[0]: 1}, "tok_ok")
    seen: list[Json] = []
    async for event in events(http, shopper, order["id"]):
        seen.append(event)
        if status_of(event) == "PAID":
            break

    async def follow() -> None:
        async for event in events(http, shopper, order["id"], seen[-1]["id"]):
            if "heartbeat" not in event:
                seen.append(event)

    following = asyncio.create_task(follow())
    await call(http, admin, "POST", f"/admin/orders/{order['id']}:ship", {"shipment": PARCEL})
    await call(http, admin, "POST", f"/admin/orders/{order['id']}:deliver", {})
    async with asyncio.timeout(10):
        await following
    again = await http.get(
        f"/api/v1/orders/{order['id']}:watch?afterSequence=0",
        headers=shopper.headers | {"last-event-id": seen[-1]["id"]},
    )

    assert [event["id"] for event in seen] == [event["resumeToken"] for event in seen]
    assert [int(event["sequence"]) for event in seen] == list(range(1, len(seen) + 1))
    assert [status for status in map(status_of, seen) if status] == ["PAID", "SHIPPED", "DELIVERED"]
    assert (again.status_code, again.content) == (204, b"")


async def test_a_plus_in_a_query_is_a_blank(http: httpx.AsyncClient, admin: Shop, shopper: Shop) -> None:
    counter = await a_stocked_product(admin)
    order = await shopper.order({counter.ids[0]: 1}, "tok_ok")

    async def found(query: str) -> httpx.Response:
        return await asked(http, shopper, "GET", f"/api/v1/orders?filter={query}")

    blanks = await found("status+!%3D+ORDER_STATUS_PENDING+AND+placed_at+>%3D+%222026-01-01T00:00:00%2B02:00%22")
    refused = await found("placed_at+>%3D+%222026-01-01T00:00:00+02:00%22")

    assert [one["id"] for one in blanks.json()["orders"]] == [order["id"]]
    assert refused.status_code == 400
    assert refused.json()["message"].endswith("in a URL, write the + of an offset as %2B")


async def test_a_code_that_takes_nothing_is_not_used_up(http: httpx.AsyncClient, admin: Shop, shopper: Shop) -> None:
    counter = await a_stocked_product(admin)
    whole = await a_code(http, admin, value="100", stackable=True, maxUses=1)
    behind = await a_code(http, admin, value="10", stackable=True, maxUses=1)
    body = an_order([{"productItemId": counter.ids[0], "quantity": 1}], [behind["code"], whole["code"]])

    refused = await asked(http, shopper, "POST", "/api/v1/orders", body)

    assert refused.json()["details"][0] == {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "INCENTIVE_INVALID",
        "domain": "easyorder",
        "metadata": {"code": behind["code"], "why": "it takes nothing off this order"},
    }
    for code in (whole, behind):
        assert int((await listed(http, admin, code["code"])).get("uses", 0)) == 0


async def test_a_product_is_found_by_a_part_of_its_sku_and_in_any_unicode_form(
    http: httpx.AsyncClient, admin: Shop
) -> None:
    part = uuid.uuid4().hex[:12]
    product = {
        "name": f"{NFD} Straße {part}",
        "basePrice": {"currencyCode": "USD", "units": "1"},
        "productItems": [{"sku": f"LAMP x {part}-RED", "quantityOnHand": 1}],
    }
    created = await admin.create_product(product)

    for query in (f"{part}-RED", f"LAMP x {part}-RED", f"{NFC} {part}", f"STRASSE {part}", f"{NFD.upper()} {part}"):
        answer = await http.get("/api/v1/products", params={"query": query}, headers=admin.headers)
        assert [one["id"] for one in answer.json()["products"]] == [created["id"]], query
    assert created["name"] == f"{NFC} Straße {part}"
