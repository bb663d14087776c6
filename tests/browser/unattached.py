"""A Chromium without Playwright attached, which would keep a copy of all that its pages receive."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from playwright.async_api import Page, async_playwright

from tests.browser.chromium import SWITCHES, executable
from tests.polling import eventually


class Chromium:
    """One tab, which goes on when nobody is attached."""

    def __init__(self, process: asyncio.subprocess.Process, port: str) -> None:
        self._process = process
        self._port = port

    @asynccontextmanager
    async def attached(self) -> AsyncIterator[Page]:
        """The tab, for the block."""
        async with async_playwright() as playwright:
            browser = await playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{self._port}")
            yield browser.contexts[0].pages[0]
            await browser.close()

    def tab_mb(self) -> float:
        """The memory of the tab, without what it shares with other processes."""
        processes = psutil.Process(self._process.pid).children(recursive=True)
        tabs = [one for one in processes if "--type=renderer" in one.cmdline()]
        return float(max(tab.memory_full_info().uss for tab in tabs)) / 1e6


@asynccontextmanager
async def unattached_chromium() -> AsyncIterator[Chromium]:
    """Runs it for the block."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        command = [executable() or "chromium", "--headless=new", "--remote-debugging-port=0", *SWITCHES]
        process = await asyncio.create_subprocess_exec(
            *command, f"--user-data-dir={folder}", "about:blank", stderr=subprocess.DEVNULL
        )
        port = Path(folder) / "DevToolsActivePort"
        try:
            await eventually(lambda: port.exists() and bool(port.read_text(encoding="utf-8")), timeout_s=20)
            yield Chromium(process, port.read_text(encoding="utf-8").split()[0])
        finally:
            process.terminate()
            await process.wait()
