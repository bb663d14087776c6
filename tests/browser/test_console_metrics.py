"""The console's charts of what the services measure, at the real mesh: drawn from one stream, never asked for again."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, Request, expect

from deploy.local.shop import Shop
from tests.browser.console_page import Console, an_item
from tests.browser.test_console import expect_drawn

pytestmark = pytest.mark.asyncio(loop_scope="session")

CONNECTIONS = re.compile(r"Database connections: \d+ of 20 in use, 0 calls wait for one")
OPEN = re.compile(r"one replica of order\. (1 stream is|\d+ streams are) open\.")


async def test_an_order_is_seen_in_the_metrics(page: Page, admin: Shop, shopper: Shop) -> None:
    asked: list[str] = []

    def noted(request: Request) -> None:
        if "/admin/ops/" in request.url:
            asked.append(request.url.partition("/ops/")[2])

    page.on("request", noted)
    console = await Console.open(page, "metrics?service=order")
    await expect(page.locator("[data-samples]")).to_contain_text(OPEN)

    await shopper.order({(await an_item(admin))["id"]: 1}, "tok_ok")

    created = console.row("OrderService/CreateOrder")
    await expect(created).to_contain_text("0 %")
    await expect(page.get_by_role("img", name="Database connections")).to_have_attribute("aria-label", CONNECTIONS)
    await created.get_by_role("link").click()
    await expect(created.get_by_role("link")).to_have_attribute("aria-current", "true")
    await expect(page.locator("canvas")).to_have_count(6)
    await expect_drawn(page, 1)

    # Another page begins with what was measured before.
    await page.reload()
    await Console.open(page, "metrics?service=order")
    await expect(created).to_contain_text("0 %")
    await expect_drawn(page, 1)
    assert asked == ["order/metrics:watch?pastMinutes=15"] * 2
