"""An order that waits for a product is cancelled, with the reason, when the product is deleted."""

from __future__ import annotations

import uuid

import httpx
import pytest

from deploy.local.shop import Shop, lamp
from tests.polling import eventually
from tests.security.attackers import a_shopper


# Such orders are looked for twice a minute; tests/inventory_svc/test_holds.py does not wait for that.
@pytest.mark.soak
async def test_it_is_cancelled(http: httpx.AsyncClient, admin: Shop) -> None:
    product = lamp(uuid.uuid4().hex[:8], colours=["red"], sizes=["S"], pieces=0)
    product["productItems"][0]["backorderable"] = True
    created = await admin.create_product(product)
    shopper, _ = await a_shopper(http)
    order = await shopper.order({created["productItems"][0]["id"]: 1}, "tok_ok")
    assert order["status"] == "ORDER_STATUS_PENDING"

    deleted = await http.delete(f"/api/v1/products/{created['id']}", headers=admin.headers)

    assert deleted.status_code == httpx.codes.OK

    async def is_cancelled() -> bool:
        found = await shopper.get_order(order["id"])
        return found["status"] == "ORDER_STATUS_CANCELLED" and found["cancelReason"] == "CANCEL_REASON_WITHDRAWN"

    await eventually(is_cancelled, timeout_s=45)
