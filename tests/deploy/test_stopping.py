"""How signals stop a mesh: one is enough, several at once are one, a later one does not wait."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from deploy.local.__main__ import until_stopped
from deploy.local.errors import CannotStart


async def test_a_signal_ends_the_work_and_is_no_failure() -> None:
    async def work() -> int:
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.Event().wait()
        return 1

    assert await until_stopped(work) == 0


async def test_signals_that_come_together_do_not_disturb_the_cleaning_up() -> None:
    cleaned_up = False

    async def work() -> int:
        nonlocal cleaned_up
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.Event().wait()
        finally:
            os.kill(os.getpid(), signal.SIGINT)
            # Handlers run when the loop turns.
            for _ in range(10):
                await asyncio.sleep(0)
            cleaned_up = True
        return 1

    assert await until_stopped(work) == 0
    assert cleaned_up


async def test_what_can_not_start_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    async def work() -> int:
        raise CannotStart("port 8080 is taken")

    assert await until_stopped(work) == 1
    assert "port 8080 is taken" in capsys.readouterr().err
