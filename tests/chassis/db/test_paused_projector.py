"""A projector that stops in its turn holds others up for a few seconds, and overwrites nothing when it goes on."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.db.engine import make_engine
from chassis.db.projector import Change, Projector
from tests.chassis.db.parcels import PARCELS, Sessions, add, labels, nothing_pending, pending, rename, rows
from tests.chassis.db.pausing_projector import POINTS, TIMEOUT_S
from tests.polling import eventually


@asynccontextmanager
async def paused_projector(
    write: AsyncEngine, read: AsyncEngine, point: str
) -> AsyncIterator[Callable[[], Awaitable[str]]]:
    """A process that has stopped in its turn; yields what lets it go on and returns what became of its batch."""
    urls = [engine.url.render_as_string(hide_password=False) for engine in (write, read)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.chassis.db.pausing_projector", *urls, point, stdout=asyncio.subprocess.PIPE
    )

    async def go_on() -> str:
        process.send_signal(signal.SIGCONT)
        async with asyncio.timeout(30):
            return (await process.communicate())[0].decode().strip()

    try:
        await eventually(lambda: is_stopped(process.pid), timeout_s=30)
        yield go_on
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


def is_stopped(pid: int) -> bool:
    with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
        return stat.read().rpartition(")")[2].split()[0] == "T"


@pytest.mark.parametrize("point", POINTS)
async def test_others_go_on_and_what_comes_back_writes_nothing_stale(
    write: AsyncEngine, read: AsyncEngine, sessions: Sessions, point: str
) -> None:
    await add(sessions, "a", "b")
    other = Projector(write, read, PARCELS, idle_s=0.05)
    async with paused_projector(write, read, point) as go_on:
        await rename(sessions, "b", "c")
        await other.start()
        await eventually(lambda: nothing_pending(write), timeout_s=3 * TIMEOUT_S)
        assert await labels(read) == ["a", "c"]
        await rename(sessions, "a", "d")
        await eventually(lambda: nothing_pending(write))
        expected = await rows(read)
        assert await go_on() == "fenced"

    await other.stop()
    assert await rows(read) == expected == await rows(write)


async def test_a_batch_that_takes_long_keeps_its_turn(
    write: AsyncEngine, read: AsyncEngine, sessions: Sessions
) -> None:
    """The server ends the turns of processes that stop, not of those that wait for the read database."""

    async def conclude(connection: AsyncConnection, changes: Sequence[Change]) -> None:
        await connection.execute(text(f"SELECT pg_sleep({2 * TIMEOUT_S})"))

    limited = make_engine(write.url, application_name="tests", timeout_s=TIMEOUT_S)
    await add(sessions, "a")

    assert await Projector(limited, read, PARCELS, conclude=conclude).project() == 1

    assert await labels(read) == ["a"]
    assert await pending(write) == 0
    await limited.dispose()
