"""The tab of these tests notices each fault that it is there for."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from tests.browser.watched_page import serious_faults, watched_page
from tests.e2e.running_mesh import RunningMesh

pytestmark = pytest.mark.asyncio(loop_scope="session")

FAULTS = {
    "asked http://localhost:1/": ("about:blank", "fetch('http://localhost:1/').catch(() => {})"),
    "violates .* Content Security Policy": ("/", "document.head.append(document.createElement('style'))"),
    "threw .*out of order": ("/", "setTimeout(() => { throw new Error('out of order') })"),
}


@pytest.mark.parametrize("noticed", FAULTS)
async def test_what_no_page_may_do_is_noticed(noticed: str, browser: Browser, mesh: RunningMesh) -> None:
    address, doing = FAULTS[noticed]
    with pytest.raises(AssertionError, match=noticed):  # noqa: PT012 - it is raised at the end
        async with watched_page(browser, mesh.url) as page:
            await page.goto(address)
            await page.evaluate(f"{doing}; new Promise(done => setTimeout(done))")


async def test_what_cannot_be_read_is_noticed(browser: Browser, mesh: RunningMesh) -> None:
    async with watched_page(browser, mesh.url) as page:
        await page.goto("/")
        await page.evaluate("document.querySelector('p').style.color = '#888'")

        found = await serious_faults(page)

    assert [fault for fault in found if "color-contrast" in fault]
