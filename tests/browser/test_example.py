"""The example of a page that is served from elsewhere orders, as docs/clients.md says."""

from __future__ import annotations

import asyncio
import shlex
from asyncio.subprocess import DEVNULL

import httpx
import pytest
from playwright.async_api import Browser, expect

from tests.e2e.documented_commands import shown
from tests.e2e.running_mesh import ROOT, RunningMesh, free_port
from tests.polling import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGE = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8").partition("## Web pages\n")[2]


async def test_a_page_of_another_origin_orders(browser: Browser, mesh: RunningMesh) -> None:
    port = str(free_port())
    command = PAGE.partition("```sh\n")[2].partition("```")[0]
    wanted = PAGE.partition("```text\n")[2].partition("```")[0]
    served = await asyncio.create_subprocess_exec(*shlex.split(command.replace("8000", port)), cwd=ROOT, stderr=DEVNULL)
    try:
        await eventually(lambda: answers(f"http://127.0.0.1:{port}"))
        page = await browser.new_page()
        await page.goto(f"http://127.0.0.1:{port}/?shop={mesh.url}")
        await page.get_by_role("button", name="Order").click()
        log = page.get_by_role("log", name="What happened").get_by_role("listitem")
        await expect(log.last).to_contain_text(wanted.split()[-1])
        printed = await log.all_inner_texts()
        await page.context.close()
    finally:
        served.terminate()
        await served.wait()

    assert shown(wanted).fullmatch("\n".join(printed)), printed


async def answers(url: str) -> bool:
    async with httpx.AsyncClient(trust_env=False) as client:
        try:
            return (await client.get(url)).is_success
        except httpx.TransportError:
            return False
