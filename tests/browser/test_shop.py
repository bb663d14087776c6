"""The small shop sells: browse, sign up, a code, a card, and the order until it is paid."""

from __future__ import annotations

import uuid

import httpx
import pytest
from playwright.async_api import Page, expect

from deploy.local.shop import Json, Shop, lamp
from tests.browser.conftest import PASSWORD
from tests.browser.console_page import an_item
from tests.browser.watched_page import serious_faults
from tests.polling import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_somebody_new_buys_with_a_code(page: Page, http: httpx.AsyncClient, admin: Shop) -> None:
    item = await an_item(admin)
    code = f"TEN-{uuid.uuid4().hex[:8]}"
    incentive = {"code": code, "kind": "INCENTIVE_KIND_PERCENT", "value": "10"}
    (await http.post("/api/v1/admin/incentives", json=incentive, headers=admin.headers)).raise_for_status()
    await eventually(lambda: _is_listed(http, item["sku"]))

    await page.goto("/shop")
    await page.get_by_label("Currency").select_option("USD")
    await page.get_by_label("Search").fill(item["sku"])
    await page.get_by_role("button", name="Search").click()
    await page.get_by_role("button", name=f"Add Desk lamp {_run(item)}").click()
    await page.get_by_role("button", name="I am new here").click()
    await page.get_by_label("Your name").fill("Ada")
    await page.get_by_label("Email address").fill(f"{uuid.uuid4().hex}@example.com")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign up").click()
    for one in (code, code.lower(), "NO-SUCH-CODE"):
        await page.get_by_label("Code").fill(one)
        await page.get_by_role("button", name="Use it").click()
    await expect(page.get_by_role("alert")).to_have_text("there is no incentive with this code")
    await expect(page.locator(".codes code")).to_have_text([code, "NO-SUCH-CODE"])
    heights = await page.locator(".codes button").evaluate_all("all => all.map(one => one.offsetHeight)")
    assert max(heights) < 45
    await expect(page.locator("[data-total]")).to_have_text("$36.00")
    faults = await serious_faults(page)
    await page.get_by_label("Pay with").select_option("tok_declined")
    await page.get_by_role("button", name="Order and pay").click()

    await expect(page.get_by_role("heading", level=1)).to_have_text("Your order is not paid yet")
    for card in ("tok_declined", "tok_ok"):
        await page.get_by_label("Pay again with").select_option(card)
        await page.get_by_role("button", name="Pay again").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Thank you!")
    await expect(page.get_by_role("status")).to_have_text("Paid $36.00")
    await page.reload()
    await expect(page.get_by_role("status")).to_have_text("Paid $36.00")
    assert await page.evaluate("Object.keys(sessionStorage)") == ["easyorder-order"]
    other = await page.context.new_page()
    await other.goto("/shop")
    await expect(other.get_by_role("heading", name="Sign in to order")).to_be_visible()
    await page.get_by_role("button", name="Make a link").click()
    await page.get_by_role("link", name="The page of your order").click()
    await expect(page.locator(".state")).to_have_text("Paid. We get it ready for the carrier.")
    assert faults == []


async def test_the_same_basket_is_bought_again_and_all_tabs_have_the_same(
    page: Page, http: httpx.AsyncClient, admin: Shop, shopper: Shop, shopper_email: str
) -> None:
    item = await an_item(admin)
    await eventually(lambda: _is_listed(http, item["sku"]))
    pieces, add = (
        page.get_by_label("Pieces of Desk lamp"),
        page.get_by_role("button", name=f"Add Desk lamp {_run(item)}"),
    )

    async def search(tab: Page) -> None:
        await tab.get_by_label("Search").fill(item["sku"])
        await tab.get_by_role("button", name="Search").click()

    async def visit(tab: Page) -> None:
        await tab.goto("/shop")
        await tab.get_by_label("Currency").select_option("USD")

    await visit(page)
    await page.get_by_label("Email address").fill(shopper_email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    for _ in range(2):
        # Each time: among the products of other tests, this one is not on the first page.
        await search(page)
        await add.click()
        await page.get_by_role("button", name="Order and pay").click()
        await page.get_by_role("button", name="Buy something else").click()
    await expect(page.locator("aside .empty")).to_contain_text("What you add is listed here.")
    orders = (await http.get("/api/v1/orders", headers=shopper.headers)).json()["orders"]

    other = await page.context.new_page()
    await visit(other)
    await search(other)
    await search(page)
    await add.click()
    await other.get_by_role("button", name=f"Add Desk lamp {_run(item)}").click()
    await expect(pieces).to_have_value("2")
    await expect(other.get_by_text("2 in your basket.")).to_be_visible()
    assert len(orders) == 2


@pytest.mark.parametrize(
    "stored", ["5", '{"lines": null}', '{"currency": "x", "lines": {"1": null, "2": {"quantity": "x"}}}']
)
async def test_a_basket_that_cannot_be_read_is_empty(page: Page, stored: str) -> None:
    await page.goto("/shop")
    await page.evaluate("stored => localStorage.setItem('easyorder-basket', stored)", stored)
    await page.reload()

    await expect(page.get_by_text("Your basket is empty.")).to_be_visible()
    await expect(page.get_by_label("Currency")).to_have_value("EUR")


async def test_the_smallest_phone_and_the_longest_name_fit(page: Page, http: httpx.AsyncClient, admin: Shop) -> None:
    name = uuid.uuid4().hex * 3
    await admin.create_product(lamp(uuid.uuid4().hex[:8], colours=["red"], sizes=["S"], pieces=5) | {"name": name})
    await eventually(lambda: _is_listed(http, name))
    await page.set_viewport_size({"width": 320, "height": 640})
    await page.goto("/shop")
    await page.get_by_label("Currency").select_option("USD")
    await page.get_by_label("Search").fill(name)
    await page.get_by_role("button", name="Search").click()
    await page.get_by_role("button", name=f"Add {name}").click()

    assert await page.evaluate("document.documentElement.scrollWidth") == 320


def _run(item: Json) -> str:
    """What no other lamp has in its name: the page may still show what it found before."""
    return str(item["sku"]).split("-")[1].lower()


async def _is_listed(http: httpx.AsyncClient, sku: str) -> bool:
    """Visitors see a moment later what an administrator has created."""
    return bool((await http.get("/api/v1/products", params={"query": sku})).json()["products"])
