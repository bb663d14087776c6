"""An order beyond the stock, over JSON: accepted with the missing items, confirmed and paid once stock arrives."""

from __future__ import annotations

import asyncio
import json
import uuid

import httpx

from deploy.local.shop import Shop, Stock, lamp
from tests.e2e import invariants
from tests.e2e.running_mesh import RunningMesh
from tests.e2e.test_shopping import Json, StockCounter, stock_is, summaries
from tests.polling import eventually


async def a_backorderable_product(admin: Shop, *, pieces: int) -> StockCounter:
    product = lamp(uuid.uuid4().hex[:8], colours=["red"], sizes=["S"], pieces=pieces)
    for item in product["productItems"]:
        item["backorderable"] = True
    created = await admin.create_product(product)
    return StockCounter(created["id"], {item["sku"]: item["id"] for item in created["productItems"]})


async def arrive(http: httpx.AsyncClient, admin: Shop, item: str, pieces: int) -> Json:
    body = {"delta": pieces, "reason": "delivery", "requestId": uuid.uuid4().hex}
    answer = await http.post(f"/api/v1/admin/inventory/{item}:adjust", json=body, headers=admin.headers)
    assert answer.status_code == 200, answer.text
    level: Json = answer.json()
    return level


async def test_what_was_waited_for_is_confirmed_and_paid(
    mesh: RunningMesh, http: httpx.AsyncClient, admin: Shop, shopper: Shop
) -> None:
    counter = await a_backorderable_product(admin, pieces=1)
    (item,) = counter.ids
    order = await shopper.order({item: 3}, "tok_ok")
    assert order["status"] == "ORDER_STATUS_PENDING"
    messages: list[Json] = []

    async def listen() -> None:
        async for message in shopper.watch(order["id"]):
            messages.append(message)

    listening = asyncio.create_task(listen())
    await eventually(lambda: summaries(messages) == ["snapshot ORDER_STATUS_PENDING"])
    await arrive(http, admin, item, 1)
    await eventually(lambda: any("inventoryStatus" in message for message in messages))
    assert (await shopper.get_order(order["id"]))["status"] == "ORDER_STATUS_PENDING"
    await arrive(http, admin, item, 5)
    async with asyncio.timeout(10):
        await listening

    assert summaries(messages) == [
        "snapshot ORDER_STATUS_PENDING",
        "status ORDER_STATUS_CONFIRMED",
        "attempt PAYMENT_OUTCOME_CHARGED",
        "status ORDER_STATUS_PAID",
    ]
    states = [message["inventoryStatus"]["items"][0]["state"] for message in messages if "inventoryStatus" in message]
    assert (states[0], states[-1]) == ("STOCK_STATE_BACKORDERED", "STOCK_STATE_LOW")
    await stock_is(admin, counter, Stock(on_hand=4, reserved=0, sold=3), of=1)
    await eventually(lambda: invariants.at_rest(mesh), timeout_s=20)
    await invariants.check(mesh, [order["id"]])


async def test_who_cancels_gives_the_place_back(
    mesh: RunningMesh, http: httpx.AsyncClient, admin: Shop, shopper: Shop
) -> None:
    counter = await a_backorderable_product(admin, pieces=1)
    (item,) = counter.ids
    first = await shopper.order({item: 3}, "tok_ok")
    second = await shopper.order({item: 1}, "tok_ok")
    assert second["status"] == "ORDER_STATUS_PENDING"

    await shopper.cancel(first["id"], "too long")

    async def paid() -> bool:
        return (await shopper.get_order(second["id"]))["status"] == "ORDER_STATUS_PAID"

    await eventually(paid, timeout_s=15)
    await stock_is(admin, counter, Stock(on_hand=0, reserved=0, sold=1), of=1)
    await eventually(lambda: invariants.at_rest(mesh), timeout_s=20)
    await invariants.check(mesh, [first["id"], second["id"]])


async def test_low_stock_is_listed_for_administrators(http: httpx.AsyncClient, admin: Shop, shopper: Shop) -> None:
    counter = await a_backorderable_product(admin, pieces=2)

    listed = await http.get("/api/v1/admin/inventory?lowStockOnly=true&lowStockThreshold=2", headers=admin.headers)

    assert counter.ids[0] in [level["productItemId"] for level in listed.json()["stockLevels"]]
    refused = await http.get("/api/v1/admin/inventory?lowStockOnly=true", headers=shopper.headers)
    assert refused.status_code == 403


async def test_the_stock_is_watched_by_anybody(http: httpx.AsyncClient, admin: Shop) -> None:
    counter = await a_backorderable_product(admin, pieces=2)
    heard: list[Json] = []

    async def listen() -> None:
        path = f"/api/v1/inventory:watch?productItemIds={counter.ids[0]}"
        async with http.stream("GET", path, headers=admin.headers) as answer:
            assert answer.status_code == 200, await answer.aread()
            async for line in answer.aiter_lines():
                if line.startswith("data:"):
                    heard.append(json.loads(line.removeprefix("data:")))
                if len(heard) == 2:
                    return

    listening = asyncio.create_task(listen())
    await eventually(lambda: heard or listening.done(), timeout_s=10)
    await arrive(http, admin, counter.ids[0], 5)
    async with asyncio.timeout(10):
        await listening

    assert heard[0]["snapshot"]["items"][0]["available"] == 2
    assert heard[1]["change"]["available"] == 7
