"""A browser's tab that notices what no page of ours may do, and what keeps people from using it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, ConsoleMessage, Page, Request

WAITS_MS = 15_000
_DRAWN_WITHIN_S = 10
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_OWN = ("data:", "blob:", "about:")
_SERIOUS = ("serious", "critical")


@asynccontextmanager
async def watched_page(browser: Browser, url: str) -> AsyncIterator[Page]:
    """AssertionError at the end if it asked anybody but `url`, violated its policy or threw an error."""
    context = await browser.new_context(base_url=url)
    context.set_default_timeout(WAITS_MS)
    faults: list[str] = []

    def request(sent: Request) -> None:
        if not sent.url.startswith((f"{url}/", *_OWN)):
            faults.append(f"asked {sent.url}")

    def console(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            faults.append(message.text)

    context.on("request", request)
    context.on("console", console)
    context.on("weberror", lambda error: faults.append(f"threw {error.error}"))
    yield await context.new_page()
    await context.close()
    assert faults == [], faults


async def serious_faults(page: Page) -> list[str]:
    """What axe-core finds serious or critical, in light and in dark: each rule with the element that breaks it."""
    found = []
    for theme in THEMES:
        await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        # On a busy machine, half of a page may still have the colours of the other theme.
        deadline = asyncio.get_running_loop().time() + _DRAWN_WITHIN_S
        while (faults := await _faults(page)) and asyncio.get_running_loop().time() < deadline:
            pass
        found += [f"{theme}: {fault}" for fault in faults]
    return found


async def _faults(page: Page) -> list[str]:
    # Its copies of style sheets would violate the page's policy.
    results = await Axe().run(page, options={"resultTypes": ["violations"], "preload": False})
    return [
        f"{violation['id']}: {node['html'][:200]} {node['failureSummary']}"
        for violation in results.response["violations"]
        if violation["impact"] in _SERIOUS
        for node in violation["nodes"]
    ]
