"""After an order, over JSON: it is changed, paid again, shipped, refunded, reported and exported."""

from __future__ import annotations

import csv
import io
import re
import uuid
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from deploy.local.shop import Shop
from tests.e2e import invariants
from tests.e2e.running_mesh import RunningMesh
from tests.e2e.test_shopping import a_stocked_product
from tests.polling import eventually

Json = dict[str, Any]

PARCEL = {"carrier": "DHL", "trackingNumber": "JD0146000", "trackingUri": "https://dhl.example/JD0146000"}


async def call(http: httpx.AsyncClient, who: Shop, method: str, path: str, body: Json | None = None) -> Json:
    answer = await http.request(method, f"/api/v1{path}", json=body, headers=who.headers)
    assert answer.status_code == 200, answer.text
    said: Json = answer.json()
    return said


async def status_is(shopper: Shop, order_id: str, wanted: str) -> Json:
    async def reached() -> bool:
        return bool((await shopper.get_order(order_id))["status"] == f"ORDER_STATUS_{wanted}")

    await eventually(reached)
    return await shopper.get_order(order_id)


@pytest.mark.reaches("LOCKED")
async def test_an_order_is_not_shipped_while_its_stock_cannot_be_sold(
    http: httpx.AsyncClient, mesh: RunningMesh, admin: Shop, shopper: Shop
) -> None:
    counter = await a_stocked_product(admin)
    order_id = (await shopper.order({counter.ids[0]: 1}, "tok_slow_300"))["id"]
    path, body = f"/admin/orders/{order_id}:ship", {"shipment": PARCEL}
    number = (await invariants.order_ids(mesh)).order_number(order_id)
    async with mesh.database("easyorder_inventory_write") as stock:
        async with stock.transaction():
            await stock.execute("SELECT FROM reservation WHERE order_id = $1 FOR UPDATE", number)
            await status_is(shopper, order_id, "PAID")

            refused = await http.post(f"/api/v1{path}", json=body, headers=admin.headers)
            assert (refused.status_code, refused.json()["details"][0]["reason"]) == (503, "LOCKED")
            assert (await shopper.get_order(order_id))["status"] == "ORDER_STATUS_PAID"

        assert (await call(http, admin, "POST", path, body))["status"] == "ORDER_STATUS_SHIPPED"
        state = await stock.fetchval("SELECT state FROM reservation WHERE order_id = $1", number)
        assert state == "COMMITTED"


@pytest.mark.reaches("ILLEGAL_TRANSITION")
async def test_a_paid_order_is_shipped_partly_returned_reported_and_exported(
    http: httpx.AsyncClient, admin: Shop, shopper: Shop
) -> None:
    counter = await a_stocked_product(admin)
    sku, item = next(iter(counter.items.items()))
    order_id = (await shopper.order({item: 3}, "tok_ok"))["id"]
    paid = await status_is(shopper, order_id, "PAID")

    body: Json = {"shipment": PARCEL, "etag": paid["etag"]}
    shipped = await call(http, admin, "POST", f"/admin/orders/{order_id}:ship", body)
    (parcel,) = shipped["shipments"]
    assert parcel.items() >= PARCEL.items()
    assert "shipTime" in parcel
    assert "deliverTime" not in parcel
    late = await http.post(f"/api/v1/admin/orders/{order_id}:ship", json=body, headers=admin.headers)
    assert (late.status_code, late.json()["details"][0]["reason"]) == (409, "ETAG_MISMATCH")
    body = {"reason": "late", "etag": paid["etag"]}
    stale = await http.post(f"/api/v1/orders/{order_id}:cancel", json=body, headers=shopper.headers)
    assert (stale.status_code, stale.json()["details"][0]["reason"]) == (409, "ETAG_MISMATCH")
    cancel = await http.post(f"/api/v1/orders/{order_id}:cancel", json={"reason": "late"}, headers=shopper.headers)
    refusal = cancel.json()["details"][0]
    assert (cancel.status_code, refusal["reason"]) == (400, "ILLEGAL_TRANSITION")
    assert refusal["metadata"] == {"fromStatus": shipped["status"], "toStatus": "ORDER_STATUS_CANCELLED"}

    body = {
        "items": [{"productItemId": item, "quantity": 1}],
        "reason": "broken",
        "requestId": str(uuid.uuid4()),
    }
    for _ in range(2):
        refunded = await call(http, admin, "POST", f"/admin/orders/{order_id}:refund", body)
        assert refunded["payments"][-1]["status"] == "PAYMENT_STATUS_PARTIALLY_REFUNDED"
        assert refunded["payments"][-1]["refundedAmount"] == refunded["items"][0]["unitPrice"]
    (refund,) = refunded["refunds"]
    assert all(re.fullmatch("[0-9a-f]{32}", part["id"]) for part in (refund, parcel))

    async def restocked() -> bool:
        return (await admin.stock(counter.product_id))[sku].on_hand == 18

    await eventually(restocked)
    body |= {"requestId": str(uuid.uuid4()), "restock": False, "reason": "lost"}
    refunded = await call(http, admin, "POST", f"/admin/orders/{order_id}:refund", body)
    assert [made["restock"] for made in refunded["refunds"]] == [True, False]
    (line,) = refunded["items"]
    assert (line["returnedQuantity"], line["writtenOffQuantity"]) == (2, 1)
    day = datetime.now(UTC).date().isoformat()
    report = await call(http, admin, "GET", f"/admin/reports/daily?date={day}")
    assert int(report["currencies"][0]["orders"]) >= 1
    listed = await call(http, admin, "GET", "/admin/orders?filter=status%20%3D%20ORDER_STATUS_SHIPPED")
    assert order_id in [order["id"] for order in listed["orders"]]

    export = f"admin/orders:export?startDate={day}&endDate={day}"
    download = await http.get(f"/api/v1/{export}", headers=admin.headers)
    assert download.status_code == 200
    assert download.headers["content-type"] == "text/csv; charset=utf-8"
    assert download.headers["content-disposition"] == f'attachment; filename="orders_{day}_{day}.csv"'
    lines = {line["id"]: line for line in csv.DictReader(io.StringIO(download.text, newline=""))}
    assert (
        lines[order_id].items()
        >= {
            "status": "ORDER_STATUS_SHIPPED",
            "payment_method": "PAYMENT_METHOD_CARD",
            "payment_status": "PAYMENT_STATUS_PARTIALLY_REFUNDED",
        }.items()
    )
    items = await http.get(f"/api/v1/{export}&view=EXPORT_ORDERS_VIEW_ITEMS", headers=admin.headers)
    sold = [line for line in csv.DictReader(io.StringIO(items.text, newline="")) if line["order_id"] == order_id]
    assert [line["sku"] for line in sold] == [item["sku"] for item in refunded["items"]]
    for path in ("admin/orders", export, f"admin/reports/daily?date={day}"):
        assert (await http.get(f"/api/v1/{path}", headers=shopper.headers)).status_code == 403


async def test_a_refused_order_is_paid_again_and_one_that_waits_is_changed(
    http: httpx.AsyncClient, admin: Shop, shopper: Shop
) -> None:
    counter = await a_stocked_product(admin)
    first, second = counter.ids[:2]
    declined = (await shopper.order({first: 2}, "tok_declined"))["id"]
    await status_is(shopper, declined, "FAILED")

    async def accepted() -> bool:
        body = {"payment": {"method": "PAYMENT_METHOD_CARD", "token": "tok_ok"}, "requestId": declined}
        path = f"/api/v1/orders/{declined}:retryPayment"
        return (await http.post(path, json=body, headers=shopper.headers)).status_code == 200

    await eventually(accepted)
    await status_is(shopper, declined, "PAID")

    waiting = (await shopper.order({first: 2}, "tok_flaky_2"))["id"]
    body = {"items": [{"productItemId": first, "quantity": 1}, {"productItemId": second, "quantity": 4}]}
    changed = await call(http, shopper, "PUT", f"/orders/{waiting}", body)
    paid = await status_is(shopper, waiting, "PAID")

    assert {item["productItemId"]: item["quantity"] for item in paid["items"]} == {first: 1, second: 4}
    assert paid["payments"][-1]["amount"] == changed["totalAmount"]
    skus = list(counter.items)

    async def sold() -> bool:
        stock = await admin.stock(counter.product_id)
        return [(stock[sku].on_hand, stock[sku].reserved) for sku in skus[:2]] == [(17, 0), (16, 0)]

    await eventually(sold)
