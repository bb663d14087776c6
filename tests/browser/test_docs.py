"""The documentation, as developers use it: the reference tries a call, the guides are found and read."""

from __future__ import annotations

import json

import httpx
import pytest
from playwright.async_api import Page, expect

from edge.openapi.examples import CREATES, EXAMPLES
from tests.browser.conftest import ADMINISTRATOR
from tests.browser.watched_page import THEMES, serious_faults

pytestmark = pytest.mark.asyncio(loop_scope="session")


STATUS = ".live-responses-table td.response-col_status:not(.col_header)"


async def log_in(page: Page, email: str, password: str) -> None:
    await page.get_by_label("Email").fill(email)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Log in").click()


async def test_whoever_has_logged_in_tries_a_call(page: Page) -> None:
    await page.goto("/docs#/InventoryService/ListStockLevels")
    await log_in(page, ADMINISTRATOR[0], "wrong")
    await expect(page.get_by_role("status")).to_contain_text("password")

    await log_in(page, *ADMINISTRATOR)
    await expect(page.get_by_role("status")).to_have_text(f"Calls are made as {ADMINISTRATOR[0]}.")
    call = page.locator("#operations-InventoryService-ListStockLevels")
    status = call.locator(STATUS)
    await call.get_by_role("button", name="Try it out").click()
    await call.get_by_role("button", name="Execute").click()

    await expect(status).to_contain_text("200")
    await expect(call.locator(".live-responses-table")).to_contain_text("stockLevels")
    await page.get_by_role("button", name="Log out").click()
    await expect(page.get_by_role("button", name="Log out")).to_be_hidden()
    await call.get_by_role("button", name="Execute").click()
    await expect(status).to_contain_text("401")


async def test_the_examples_of_what_is_created_work_in_a_fresh_shop(http: httpx.AsyncClient) -> None:
    """As long as no other test of this mesh takes their names."""
    paths = (await http.get("/openapi.json")).json()["paths"]
    posts = {path["post"]["operationId"]: (at, path["post"]) for at, path in paths.items() if "post" in path}
    headers: dict[str, str] = {}
    for name in CREATES:
        at, operation = posts[name]
        body = operation["requestBody"]["content"]["application/json"]["example"]
        reply = await http.post(at, json=body, headers=headers)
        assert reply.status_code == 200, reply.text
        if name == "Login":
            headers = {"authorization": f"Bearer {reply.json()['accessToken']}"}


async def test_everybody_can_use_the_reference(page: Page) -> None:
    await page.goto("/docs#/OrderService/CreateOrder")
    call = page.locator("#operations-OrderService-CreateOrder")
    status = call.locator(STATUS)
    await call.get_by_role("button", name="Try it out").click()
    request_ids = {EXAMPLES["CreateOrder"]["requestId"]}
    for _ in range(2):
        async with page.expect_request("**/api/v1/orders") as request:
            await call.get_by_role("button", name="Execute").click()
        request_ids.add(json.loads((await request.value).post_data or "{}")["requestId"])
    assert len(request_ids) == 3
    await expect(status).to_contain_text("401")
    assert await serious_faults(page) == []

    await page.set_viewport_size({"width": 390, "height": 844})
    assert await page.evaluate("document.documentElement.scrollWidth") == 390
    widths = await page.locator(".opblock-tag small").evaluate_all("all => all.map(one => one.offsetWidth)")
    assert min(widths) > 250


async def test_diagrams_are_seen_in_both_themes(page: Page) -> None:
    await page.goto("/docs/guide/architecture")
    assert await serious_faults(page) == []
    for theme in THEMES:
        await page.emulate_media(color_scheme=theme)
        diagram = page.get_by_role("img", name="The processes and their databases")
        await diagram.evaluate("one => one.decode()")
        assert theme in await diagram.evaluate("one => one.currentSrc")
        assert await diagram.evaluate("one => one.naturalWidth") > 300


async def test_a_guide_is_found_and_read(page: Page) -> None:
    await page.goto("/docs/guide")
    search = page.get_by_role("searchbox")
    await search.fill("stream ticket browser")
    await search.press("Enter")
    await page.get_by_role("link", name="Streaming: In a browser").click()

    await expect(page.get_by_role("heading", name="In a browser")).to_be_in_viewport()
    assert await serious_faults(page) == []
    await page.get_by_role("navigation", name="Guides").get_by_role("link", name="Errors").click()
    await expect(page.get_by_role("heading", name="Errors", level=1)).to_be_visible()
    assert await serious_faults(page) == []
