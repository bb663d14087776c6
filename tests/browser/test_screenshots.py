"""Pictures for the documentation, of pages as they are: `make screenshots` writes them into docs/images."""

from __future__ import annotations

import asyncio
import time
import uuid
from pathlib import Path
from random import Random

import pytest
from playwright.async_api import Page, expect

from deploy.local.shop import Json, Shop, money
from tests.browser.console_page import Console
from tests.browser.watched_page import THEMES

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.screenshots, pytest.mark.timeout(180)]

IMAGES = Path(__file__).parents[2] / "docs" / "images"
CARDS = ["tok_ok"] * 8 + ["tok_flaky_2", "tok_declined"]
GOODS = {"Desk lamp": 40, "Tea pot": 25, "Wool blanket": 65, "Cutting board": 18}
BUSY_S = 58


async def test_the_console_while_the_shop_is_busy(page: Page, admin: Shop, shopper: Shop) -> None:
    random = Random(12)
    items = [await _item(admin, name, price) for name, price in GOODS.items()]
    await page.set_viewport_size({"width": 1280, "height": 820})
    await Console.open(page)
    ends = time.monotonic() + BUSY_S
    while time.monotonic() < ends:
        baskets = [{random.choice(items)["id"]: random.randint(1, 4)} for _ in range(random.randint(1, 8))]
        await asyncio.gather(*(shopper.order(basket, random.choice(CARDS)) for basket in baskets))
        await page.wait_for_timeout(random.randint(50, 400))

    IMAGES.mkdir(exist_ok=True)
    for theme in THEMES:
        await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        await expect(page.locator("[data-order]")).to_have_count(100)
        await page.screenshot(path=IMAGES / f"console-{theme}.png")


async def _item(admin: Shop, name: str, price: int) -> Json:
    sku = f"{name.upper().replace(' ', '-')}-{uuid.uuid4().hex[:6]}"
    product = await admin.create_product(
        {"name": name, "basePrice": money(price), "productItems": [{"sku": sku, "quantityOnHand": 100_000}]}
    )
    item: Json = product["productItems"][0]
    return item
