"""An order's live page: whoever has the link follows it to its end, also over a crash, and sees nothing else."""

from __future__ import annotations

import uuid

import httpx
import pytest
from playwright.async_api import Page, expect

from deploy.local.shop import Shop
from tests.browser.console_page import Console, an_item
from tests.browser.watched_page import serious_faults
from tests.e2e.running_mesh import RunningMesh

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_order_is_followed_to_its_end_over_a_crash(
    mesh: RunningMesh, page: Page, http: httpx.AsyncClient, admin: Shop, shopper: Shop
) -> None:
    order = await shopper.order({(await an_item(admin))["id"]: 2}, "tok_ok")

    async def post(shop: Shop, path: str, body: object) -> httpx.Response:
        return (await http.post(f"/api/v1/{path}", json=body, headers=shop.headers)).raise_for_status()

    link = (await post(shopper, f"orders/{order['id']}:createTrackingLink", {})).json()
    state, connection = page.locator(".state"), page.get_by_role("status")

    await page.goto(link["path"])
    await expect(state).to_have_text("Paid. We get it ready for the carrier.")
    await expect(page.get_by_role("listitem").last).to_contain_text("Desk lamp")
    faults = await serious_faults(page)

    mesh.kill("order_svc")
    await expect(connection).to_contain_text("Lost connection, trying again. What you see is from")
    await expect(connection).to_contain_text("Live")
    parcel = {"carrier": "DHL", "trackingNumber": "77", "trackingUri": "https://parcels.example/77"}
    await post(admin, f"admin/orders/{order['id']}:ship", {"shipment": parcel})
    await expect(state).to_have_text("On its way to you.")
    await expect(page.get_by_role("link", name="Follow the parcel")).to_have_attribute("href", parcel["trackingUri"])
    await post(admin, f"admin/orders/{order['id']}:deliver", {})

    await expect(state).to_have_text("Delivered. Enjoy it!")
    await expect(connection).to_have_text("This is the end of the story")
    assert faults == []


async def test_without_the_link_there_is_no_order(page: Page, admin: Shop, shopper: Shop) -> None:
    order = await shopper.order({(await an_item(admin))["id"]: 1}, "tok_ok")

    await page.goto(f"/track/{order['id']}")
    await expect(page.get_by_role("alert")).to_contain_text("The link is not complete.")
    await page.goto("about:blank")
    await page.goto(f"/track/{order['id']}#forged")
    await expect(page.get_by_role("alert")).to_contain_text("there is no such order, or the link to it has expired")


async def test_a_link_is_completed_in_its_tab_until_it_is_revoked_and_cash_is_not_shown_as_paid(
    page: Page, http: httpx.AsyncClient, admin: Shop, shopper: Shop
) -> None:
    body = {
        "requestId": uuid.uuid4().hex,
        "currencyCode": "USD",
        "items": [{"productItemId": (await an_item(admin))["id"], "quantity": 1}],
        "payment": {"method": "PAYMENT_METHOD_CASH"},
    }
    order = (await http.post("/api/v1/orders", json=body, headers=shopper.headers)).raise_for_status().json()["id"]
    made = await http.post(f"/api/v1/orders/{order}:createTrackingLink", json={}, headers=shopper.headers)
    parcel = {"shipment": {"carrier": "DHL", "trackingNumber": "7" * 100}}
    (await http.post(f"/api/v1/admin/orders/{order}:ship", json=parcel, headers=admin.headers)).raise_for_status()
    await page.set_viewport_size({"width": 320, "height": 640})

    await page.goto(f"/track/{order}")
    await expect(page.get_by_role("alert")).to_contain_text("The link is not complete.")
    await page.goto(made.json()["path"])

    await expect(page.get_by_role("listitem").filter(has_text="Paid")).to_have_text("Paid Not yet")
    await expect(page.get_by_role("listitem").filter(has_text="Shipped")).to_have_text(
        "Shipped A carrier has your parcel."
    )
    assert await page.evaluate("document.documentElement.scrollWidth") == 320

    console = await Console.open(await page.context.new_page(), f"orders/{order}")
    await console.page.get_by_role("button", name="Revoke links").click()
    await console.submit("Revoke them")
    await expect(page.get_by_role("alert")).to_contain_text("was revoked")
