"""The front page, as people see it."""

from __future__ import annotations

import pytest
from playwright.async_api import Page

from tests.browser.watched_page import serious_faults

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_everybody_can_read_it(page: Page) -> None:
    await page.goto("/")

    assert await page.title() == "EasyOrder"
    assert await serious_faults(page) == []
    links = await page.locator("nav a").evaluate_all("found => found.map(one => one.pathname)")
    assert len(links) == len(set(links))
