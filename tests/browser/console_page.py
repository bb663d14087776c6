"""The console in a tab, as its tests use it."""

from __future__ import annotations

import uuid

from playwright.async_api import Locator, Page, expect

from deploy.local.shop import Json, Shop, lamp
from tests.browser.conftest import ADMINISTRATOR

SCREENS = (
    *("live", "orders", "jobs", "stock", "products", "incentives", "users", "webhooks", "payments", "reports"),
    *("health", "metrics", "audit", "errors"),
)


class Console:
    """A tab in which the administrator has signed in."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @staticmethod
    async def open(page: Page, screen: str = "live", *, at: str = "") -> Console:
        """Signs in at the link to a screen, which is then shown."""
        await page.goto(f"{at}/console#/{screen}")
        email, password = ADMINISTRATOR
        await page.get_by_label("Email address").fill(email)
        await page.get_by_label("Password").fill(password)
        await page.get_by_role("button", name="Sign in").click()
        await page.get_by_role("status").get_by_text("Live", exact=True).wait_for()
        return Console(page)

    async def show(self, screen: str) -> None:
        await self.page.evaluate(f"location.hash = '#/{screen}'")

    async def settled(self) -> None:
        """All that the screen asks for has been answered."""
        await self.page.locator("main h1").wait_for()
        await expect(self.page.locator(".loading")).to_have_count(0)

    def row(self, text: str) -> Locator:
        return self.page.get_by_role("row").filter(has_text=text)

    async def fill(self, **values: str) -> None:
        """The fields of the dialog by their names."""
        for name, value in values.items():
            await self.page.locator(f"dialog [name={name}]").fill(value)

    async def submit(self, button: str) -> None:
        """Presses the button of the dialog, which closes if all went well."""
        await self.page.get_by_role("dialog").get_by_role("button", name=button, exact=True).click()
        await self.page.get_by_role("dialog").wait_for(state="detached")


async def an_item(admin: Shop, *, pieces: int = 10_000) -> Json:
    """A product item that has just been created."""
    product = await admin.create_product(lamp(uuid.uuid4().hex[:8], colours=["red"], sizes=["S"], pieces=pieces))
    item: Json = product["productItems"][0]
    return item
