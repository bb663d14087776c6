"""A process whose event loop hangs says where and ends."""

from __future__ import annotations

import asyncio
import sys

import pytest


@pytest.mark.parametrize("block", ["block_in_python", "block_in_c"])
async def test_a_process_whose_loop_hangs_shows_its_stack_and_ends(block: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.chassis.blocked_process", block, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(30):
            _, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()

    assert process.returncode == 1
    assert "Timeout" in errors.decode()
    assert f"in {block}" in errors.decode()
