"""A process whose event loop hangs reports where and exits; one that was only suspended continues."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.polling import eventually


@asynccontextmanager
async def process_that_will(block: str) -> AsyncIterator[asyncio.subprocess.Process]:
    command = [sys.executable, "-m", "tests.foundation.blocked_process", block]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


@pytest.mark.parametrize(("block", "code"), [("block_in_python", 1), ("block_in_c", -signal.SIGPROF)])
async def test_a_process_whose_loop_hangs_shows_its_stack_and_ends(block: str, code: int) -> None:
    async with process_that_will(block) as process, asyncio.timeout(30):
        _, errors = await process.communicate()

    assert process.returncode == code
    assert f"in {block}" in errors.decode()


async def test_a_process_that_was_stopped_goes_on() -> None:
    async with process_that_will("do_not_block") as process, asyncio.timeout(30):
        assert process.stdout is not None
        while await process.stdout.readline() != b"running\n":
            pass
        process.send_signal(signal.SIGSTOP)
        stopped_at = time.monotonic()
        await eventually(lambda: time.monotonic() > stopped_at + 2)
        process.send_signal(signal.SIGCONT)
        process.terminate()
        await process.communicate()

    assert process.returncode == 0
