"""The books over JSON: limits, returns and points come out with the exact figure."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest

from deploy.local.shop import Shop, money
from tests.e2e.conftest import a_shopper
from tests.e2e.test_after_sales import PARCEL, call, status_is
from tests.e2e.test_incentives import a_code, an_order, cents, points_of
from tests.polling import eventually

Json = dict[str, Any]


async def priced(admin: Shop, *prices: str, pieces: int = 5000) -> tuple[str, list[str]]:
    """The ids of a product, and of an item in stock for each price."""
    run = uuid.uuid4().hex[:8]
    items = [
        {"sku": f"SKU-{run}-{n}", "priceOverride": amount(price), "quantityOnHand": pieces}
        for n, price in enumerate(prices)
    ]
    product = await admin.create_product({"name": f"Pen {run}", "basePrice": money(1), "productItems": items})
    return product["id"], [item["id"] for item in product["productItems"]]


def amount(text: str) -> Json:
    units, _, rest = text.partition(".")
    return money(int(units)) | {"nanos": int(rest or 0) * 10_000_000}


def line(item: str, quantity: int) -> Json:
    return {"productItemId": item, "quantity": quantity}


async def paid(http: httpx.AsyncClient, shopper: Shop, items: list[Json], *codes: str, points: int = 0) -> str:
    order = await call(http, shopper, "POST", "/orders", an_order(items, list(codes), points=points))
    await status_is(shopper, order["id"], "PAID")
    return str(order["id"])


async def returned(http: httpx.AsyncClient, admin: Shop, order: str, **what: Any) -> int:
    """Returns items or money; the refund in cents."""
    body = {"reason": "returned", "requestId": uuid.uuid4().hex} | what
    reply = await call(http, admin, "POST", f"/admin/orders/{order}:refund", body)
    assert reply["refunds"][-1].get("items", []) == what.get("items", [])
    return cents(reply["refunds"][-1]["amount"])


def in_cash(items: list[Json]) -> Json:
    return {
        "requestId": uuid.uuid4().hex,
        "currencyCode": "USD",
        "items": items,
        "payment": {"method": "PAYMENT_METHOD_CASH"},
    }


async def points_become(http: httpx.AsyncClient, shopper: Shop, points: int) -> None:
    async def they_are() -> bool:
        found = await points_of(http, shopper)
        assert found == points
        return True

    await eventually(they_are)


async def test_no_line_is_so_large_that_its_stock_is_not_held(http: httpx.AsyncClient, admin: Shop) -> None:
    shopper, other = await a_shopper(http), await a_shopper(http)
    product, [item] = await priced(admin, "1.00", pieces=1500)
    body = in_cash([line(item, 900)])
    order = await call(http, shopper, "POST", "/orders", body)

    change = {"items": [line(item, 1000), line(item, 500)]}
    refused = await http.put(f"/api/v1/orders/{order['id']}", json=change, headers=shopper.headers)

    assert refused.status_code == 400
    [violations] = [detail["fieldViolations"] for detail in refused.json()["details"] if "fieldViolations" in detail]
    assert [violation["field"] for violation in violations] == ["items[1].quantity"]
    # 900 are sold, and 600 are there for somebody else.
    await eventually(lambda: _is(admin, product, [(600, 0)]))
    body = in_cash([line(item, 601)])
    assert (await http.post("/api/v1/orders", json=body, headers=other.headers)).status_code == 400
    rest = await call(http, other, "POST", "/orders", body | {"items": [line(item, 600)]})
    await eventually(lambda: _is(admin, product, [(0, 0)]))

    # The tests after this wait until every order of the mesh is over.
    for whose, one in ((shopper, order), (other, rest)):
        await call(http, whose, "POST", f"/orders/{one['id']}:cancel", {"reason": "only a test"})


async def _is(admin: Shop, product: str, stock: list[tuple[int, int]]) -> bool:
    """Whether so much is on hand of each item, and so much of it reserved."""
    return [(item.on_hand, item.reserved) for item in (await admin.stock(product)).values()] == stock


async def test_points_are_those_of_the_money_that_is_kept(http: httpx.AsyncClient, admin: Shop) -> None:
    shopper = await a_shopper(http)
    _, [item] = await priced(admin, "1.50")
    order = await paid(http, shopper, [line(item, 7)])
    await points_become(http, shopper, 10)

    for points in (9, 7, 6, 4, 3, 1, 0):
        assert await returned(http, admin, order, items=[line(item, 1)]) == 150
        await points_become(http, shopper, points)


async def test_points_are_those_of_what_was_paid_for_each_item(http: httpx.AsyncClient, admin: Shop) -> None:
    shopper = await a_shopper(http)
    _, [cheap, dear] = await priced(admin, "100.00", "100.00")
    code = await a_code(http, admin, value="99", productItemIds=[cheap])
    order = await paid(http, shopper, [line(cheap, 1), line(dear, 1)], code["code"])
    await points_become(http, shopper, 101)

    assert await returned(http, admin, order, items=[line(cheap, 1)]) == 100
    await points_become(http, shopper, 100)
    assert await returned(http, admin, order, amount=amount("50.00")) == 5000
    await points_become(http, shopper, 50)


async def test_points_that_were_spent_come_back_with_the_pieces(http: httpx.AsyncClient, admin: Shop) -> None:
    shopper = await a_shopper(http)
    _, [item] = await priced(admin, "10.00")
    await paid(http, shopper, [line(item, 30)])
    await points_become(http, shopper, 300)
    order = await paid(http, shopper, [line(item, 2)], points=300)
    await points_become(http, shopper, 17)

    assert await returned(http, admin, order, items=[line(item, 1)]) == 850
    await points_become(http, shopper, 150 + 8)
    assert await returned(http, admin, order, items=[line(item, 1)]) == 850
    await points_become(http, shopper, 300)


async def test_an_order_in_cash_earns_its_points_on_delivery(http: httpx.AsyncClient, admin: Shop) -> None:
    shopper = await a_shopper(http)
    product, [item] = await priced(admin, "1000.00")
    order = (await call(http, shopper, "POST", "/orders", in_cash([line(item, 1)])))["id"]
    await eventually(lambda: _is(admin, product, [(4999, 0)]))

    with_points = an_order([line(item, 1)], [], points=1000)
    refused = await http.post("/api/v1/orders", json=with_points, headers=shopper.headers)
    assert refused.json()["details"][0]["reason"] == "INCENTIVE_INVALID"
    assert await points_of(http, shopper) == 0

    await call(http, admin, "POST", f"/admin/orders/{order}:ship", {"shipment": PARCEL})
    await points_become(http, shopper, 0)
    await call(http, admin, "POST", f"/admin/orders/{order}:deliver", {})
    await points_become(http, shopper, 1000)
    await returned(http, admin, order, amount=amount("400.00"))
    await points_become(http, shopper, 600)


@pytest.mark.parametrize(
    ("price", "pieces", "off", "refunds"),
    [("0.00", 1, "", [0]), ("5.00", 2, "100", [0, 0]), ("0.01", 3, "66", [0, 1, 0])],
    ids=["a product of 0.00", "a gift", "three for 0.01"],
)
async def test_what_cost_nothing_can_come_back(
    http: httpx.AsyncClient, admin: Shop, price: str, pieces: int, off: str, refunds: list[int]
) -> None:
    shopper = await a_shopper(http)
    product, [item, other] = await priced(admin, price, "10.00")
    codes = [(await a_code(http, admin, value=off, productItemIds=[item]))["code"]] if off else []
    order = await paid(http, shopper, [line(item, pieces), line(other, 1)], *codes)

    assert [await returned(http, admin, order, items=[line(item, 1)]) for _ in range(pieces)] == refunds

    await eventually(lambda: _is(admin, product, [(5000, 0), (4999, 0)]))


async def test_after_a_goodwill_refund_all_pieces_can_come_back(http: httpx.AsyncClient, admin: Shop) -> None:
    shopper = await a_shopper(http)
    product, [item] = await priced(admin, "40.00")
    order = await paid(http, shopper, [line(item, 2)])
    await call(http, admin, "POST", f"/admin/orders/{order}:ship", {"shipment": PARCEL})

    assert await returned(http, admin, order, amount=amount("1.00")) == 100
    assert [await returned(http, admin, order, items=[line(item, 1)]) for _ in range(2)] == [4000, 3900]

    await eventually(lambda: _is(admin, product, [(5000, 0)]))
    await points_become(http, shopper, 0)
