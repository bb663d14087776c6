"""One mesh and one Chromium for all tests of pages. Test modules run in the session's event loop, like these fixtures:

pytestmark = pytest.mark.asyncio(loop_scope="session")
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from deploy.local.shop import Shop
from tests.browser.chromium import SWITCHES, executable
from tests.browser.watched_page import watched_page
from tests.e2e.running_mesh import RunningMesh, running_mesh
from tests.folders import data_folder
from tests.rate_limits.files import LIFTED

# Payments are retried soon, killed processes are back at once, and passwords cost next to nothing.
SETTINGS = {
    "PAYMENT_BACKOFF_INITIAL_S": "0.2",
    "RATE_LIMITS_FILE": LIFTED,
    "RESTART_BACKOFF_MAX_S": "0.1",
    "ARGON2_TIME_COST": "1",
    "ARGON2_MEMORY_KIB": "64",
}
ADMINISTRATOR = ("admin@example.com", "Admin123!")
PASSWORD = "untold Passw0rd!"
# A page waits for the services, which other tests may keep waiting.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="package")
def mesh() -> Iterator[RunningMesh]:
    with data_folder() as data_dir, running_mesh(data_dir, SETTINGS) as running:
        yield running


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = executable()
    if path is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=SWITCHES)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, mesh: RunningMesh) -> AsyncIterator[Page]:
    """A tab with cookies and storage of its own, at the mesh: `await page.goto("/docs")`.

    The test fails if the page asks another host for anything, violates its Content-Security-Policy or throws an error.
    """
    async with watched_page(browser, mesh.url) as page:
        yield page


@pytest_asyncio.fixture(loop_scope="session")
async def http(mesh: RunningMesh) -> AsyncIterator[httpx.AsyncClient]:
    async with Shop.client(mesh.url) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def admin(http: httpx.AsyncClient) -> Shop:
    return await Shop(http).login(*ADMINISTRATOR)


@pytest_asyncio.fixture(loop_scope="session")
async def shopper_email(http: httpx.AsyncClient) -> str:
    """The address of somebody who has just registered, with PASSWORD."""
    email = f"{uuid.uuid4().hex}@example.com"
    await Shop(http).register(email, PASSWORD, "A shopper")
    return email


@pytest_asyncio.fixture(loop_scope="session")
async def shopper(http: httpx.AsyncClient, shopper_email: str) -> Shop:
    return await Shop(http).login(shopper_email, PASSWORD)
