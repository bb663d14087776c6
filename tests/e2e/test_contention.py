"""Many shoppers, few pieces: no piece is sold twice, and no shopper gets a deadlock error."""

from __future__ import annotations

import asyncio
import collections
import uuid

import httpx

from deploy.local.shop import Shop, Stock
from tests.e2e import invariants
from tests.e2e.conftest import a_shopper
from tests.e2e.running_mesh import RunningMesh
from tests.e2e.test_shopping import a_stocked_product, stock_is
from tests.polling import eventually

SHOPPERS = 50


async def outcome(http: httpx.AsyncClient, shopper: Shop, items: list[str]) -> str:
    body = {
        "requestId": uuid.uuid4().hex,
        "currencyCode": "USD",
        "items": [{"productItemId": item, "quantity": 1} for item in items],
        "payment": {"method": "PAYMENT_METHOD_CARD", "token": "tok_ok"},
    }
    answer = await http.post("/api/v1/orders", json=body, headers=shopper.headers)
    return "ordered" if answer.status_code == 200 else answer.json()["details"][0]["reason"]


async def test_fifty_shoppers_and_ten_pieces(mesh: RunningMesh, http: httpx.AsyncClient, admin: Shop) -> None:
    counter = await a_stocked_product(admin, pieces=10)
    shoppers = await asyncio.gather(*[a_shopper(http) for _ in range(SHOPPERS)])

    outcomes = await asyncio.gather(*[outcome(http, shopper, counter.ids[:1]) for shopper in shoppers])

    assert collections.Counter(outcomes) == {"ordered": 10, "OUT_OF_STOCK": 40}
    await eventually(lambda: invariants.at_rest(mesh), timeout_s=60)
    await stock_is(admin, counter, Stock(on_hand=0, reserved=0, sold=10), of=1)
    await invariants.check(mesh)


async def test_two_items_in_opposite_order(mesh: RunningMesh, http: httpx.AsyncClient, admin: Shop) -> None:
    counter = await a_stocked_product(admin, pieces=10)
    shoppers = await asyncio.gather(*[a_shopper(http) for _ in range(SHOPPERS)])
    both = counter.ids[:2]

    outcomes = await asyncio.gather(
        *[outcome(http, shopper, both if n % 2 else both[::-1]) for n, shopper in enumerate(shoppers)]
    )

    assert collections.Counter(outcomes) == {"ordered": 10, "OUT_OF_STOCK": 40}
    await eventually(lambda: invariants.at_rest(mesh), timeout_s=60)
    await stock_is(admin, counter, Stock(on_hand=0, reserved=0, sold=10), of=2)
    await invariants.check(mesh)
