"""The console loses no event: not in a burst, not when the service is killed, not in minutes under load."""

from __future__ import annotations

import asyncio
import re
import time

import pytest
from playwright.async_api import Page, expect

from deploy.local.shop import Shop
from tests.browser.console_page import Console, an_item
from tests.browser.test_console import expect_drawn
from tests.browser.unattached import unattached_chromium
from tests.e2e.running_mesh import RunningMesh

pytestmark = pytest.mark.asyncio(loop_scope="session")

AT_ONCE = 32
LOAD_S = 300
MAX_TAB_MB = 200


async def place(shopper: Shop, item_id: str, orders: int) -> None:
    """Places this number of orders, some at once."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one() -> None:
        async with places:
            await shopper.order({item_id: 1}, "tok_ok")

    await asyncio.gather(*(one() for _ in range(orders)))


Counted = tuple[int, int]


async def counted_before(page: Page) -> Counted:
    """How many orders of other tests the page, which has just been opened, knows as placed and as paid."""
    charts = page.get_by_role("region", name="Charts")
    await expect(charts).to_have_attribute("data-since", re.compile(r"\d"))
    placed, paid = [await charts.get_attribute(name) for name in ("data-placed", "data-paid")]
    return int(placed or 0), int(paid or 0)


async def expect_orders(page: Page, before: Counted, number: int, *, within_s: float = 5) -> None:
    """The page has counted that number as placed and as paid, and has missed nothing."""
    charts = page.get_by_role("region", name="Charts")
    for name, others in zip(("data-placed", "data-paid"), before, strict=True):
        await expect(charts).to_have_attribute(name, str(others + number), timeout=within_s * 1000)
    await expect(page.locator("[data-missing]")).to_have_attribute("data-missing", "0")


async def test_every_order_of_a_burst_is_counted_also_across_a_crash(
    mesh: RunningMesh, page: Page, admin: Shop, shopper: Shop
) -> None:
    item = await an_item(admin)
    await Console.open(page, "live?span=900")
    before = await counted_before(page)
    await place(shopper, item["id"], 40)
    await expect_orders(page, before, 40)

    # Another page begins with them, and misses none either.
    await page.reload()
    await Console.open(page, "live?span=900")
    await expect_orders(page, before, 40)
    await expect_drawn(page, 0, 1, 2)

    mesh.kill("order_svc")
    await page.get_by_text("Connection lost").wait_for()
    await page.get_by_role("status").get_by_text("Live", exact=True).wait_for()
    await place(shopper, item["id"], 40)

    await expect_orders(page, before, 80)
    assert await page.locator("[data-order]").count() >= 80


async def test_a_process_that_is_killed_is_shown_without_asking_for_it(mesh: RunningMesh, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.partition("/api/v1/admin/")[2]))
    console = await Console.open(page, "health")
    payment = console.row("Payment")
    await expect(payment).to_contain_text("Serving")
    await expect(page.get_by_text("All services serve")).to_be_visible()
    since = await payment.locator("time").get_attribute("datetime")

    mesh.kill("order_svc.payment")

    await expect(payment).to_contain_text("Unreachable")
    await expect(page.get_by_text("1 of 4 processes does not serve")).to_be_visible()
    await expect(page.get_by_text("All services serve")).to_be_visible()
    await expect(payment.locator("time")).not_to_have_attribute("datetime", since or "")
    assert [path for path in asked if path.startswith(("health", "ops/"))] == ["health:watch"]


@pytest.mark.load
@pytest.mark.timeout(LOAD_S + 120)
async def test_minutes_of_load_fill_no_memory_and_lose_nothing(mesh: RunningMesh, admin: Shop, shopper: Shop) -> None:
    item = await an_item(admin, pieces=1_000_000)
    placed, tab_mb = 0, 0.0
    async with unattached_chromium() as chromium:
        async with chromium.attached() as page:
            await Console.open(page, "live?span=900", at=mesh.url)
            before = await counted_before(page)
        deadline = time.monotonic() + LOAD_S
        while time.monotonic() < deadline:
            await place(shopper, item["id"], 500)
            placed += 500
            tab_mb = max(tab_mb, chromium.tab_mb())
        async with chromium.attached() as page:
            await expect_orders(page, before, placed, within_s=30)
            rows = await page.locator("[data-order]").count()

    print(f"{placed / LOAD_S:.0f} orders/s, the tab has {tab_mb:.0f} MB")
    assert (rows, tab_mb < MAX_TAB_MB) == (100, True), tab_mb
