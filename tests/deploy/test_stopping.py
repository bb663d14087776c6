"""Signals stop a mesh: one is enough, simultaneous signals count as one, and a later one ends the wait."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from deploy.local.__main__ import until_stopped
from deploy.local.errors import CannotStart


@pytest.mark.usefixtures("hangups_end")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_a_signal_ends_the_work_and_is_no_failure(number: signal.Signals) -> None:
    async def work() -> int:
        os.kill(os.getpid(), number)
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


async def test_what_nohup_ignores_is_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)

    async def work() -> int:
        os.kill(os.getpid(), signal.SIGHUP)
        # Handlers run when the loop turns.
        for _ in range(10):
            await asyncio.sleep(0)
        return 7

    try:
        assert await until_stopped(work) == 7
    finally:
        signal.signal(signal.SIGHUP, before)


async def test_what_the_disk_refuses_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    async def work() -> int:
        raise OSError(28, "No space left on device", "mesh.lock")

    assert await until_stopped(work) == 1
    assert capsys.readouterr().err.strip() == "[Errno 28] No space left on device: 'mesh.lock'"


async def test_what_can_not_start_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    async def work() -> int:
        raise CannotStart("port 8080 is taken")

    assert await until_stopped(work) == 1
    assert "port 8080 is taken" in capsys.readouterr().err
