"""A database that responds and takes writes passes the probe and sets the clock; one that is gone or full fails it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from time import monotonic, time

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import clock
from chassis.clock import SystemClock
from chassis.db import probe
from chassis.db.engine import make_engine
from chassis.db.failures import sqlstate
from chassis.db.probe import takes_writes


async def test_a_database_that_works_passes(write: AsyncEngine, read: AsyncEngine) -> None:
    await takes_writes(write, read)()


async def test_it_writes_to_the_disk(write: AsyncEngine) -> None:
    # No room for temporary files: as near to a full disk as a test comes that needs no disk of its own.
    async with write.connect() as connection:
        await connection.execute(text(f'ALTER DATABASE "{write.url.database}" SET temp_file_limit = 0'))
        await connection.commit()
    await write.dispose()

    with pytest.raises(DBAPIError) as refusal:
        await takes_writes(write)()

    assert sqlstate(refusal.value) == "53400"


async def test_a_server_that_only_reads_fails_it(write: AsyncEngine) -> None:
    async with write.connect() as connection:
        await connection.execute(text(f'ALTER DATABASE "{write.url.database}" SET default_transaction_read_only = on'))
        await connection.commit()
    await write.dispose()

    with pytest.raises(DBAPIError) as refusal:
        await takes_writes(write)()

    assert sqlstate(refusal.value) == "25006"


async def test_any_of_several_fails_it(write: AsyncEngine) -> None:
    gone = make_engine(write.url.set(database="there_is_none"), application_name="tests")

    with pytest.raises(DBAPIError):
        await takes_writes(write, gone)()

    await gone.dispose()


@pytest.mark.parametrize("wrong_s", [-3600, -2, 2, 3600])
async def test_it_sets_a_clock_that_is_wrong(
    write: AsyncEngine, monkeypatch: pytest.MonkeyPatch, wrong_s: float
) -> None:
    monkeypatch.setattr(SystemClock, "ahead_s", time() - monotonic() + wrong_s)

    await takes_writes(write)()

    assert abs(SystemClock().now() - datetime.now(UTC)) < timedelta(seconds=0.5)


async def test_it_does_not_set_a_clock_that_may_be_right(write: AsyncEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SystemClock, "ahead_s", ahead_s := time() - monotonic())

    await takes_writes(write)()

    assert SystemClock.ahead_s == pytest.approx(ahead_s, abs=0.0001)


async def test_the_first_answer_is_the_time(write: AsyncEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SystemClock, "ahead_s", None)

    await takes_writes(write)()

    assert SystemClock.ahead_s == pytest.approx(time() - monotonic(), abs=0.5)


async def test_a_step_of_the_machines_clock_after_the_answer_is_noticed(
    write: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps, ask = list[str](), probe._ask
    for name, value in {"ahead_s": None, "machine_ahead_s": 0, "on_step": lambda: steps.append("step")}.items():
        monkeypatch.setattr(SystemClock, name, value)

    async def ask_before_a_step(engine: AsyncEngine) -> tuple[float, float]:
        answer = await ask(engine)
        for module in (clock, probe):
            monkeypatch.setattr(module, "time", lambda: time() + 3600)
        return answer

    monkeypatch.setattr(probe, "_ask", ask_before_a_step)
    await takes_writes(write)()

    SystemClock().now()
    assert steps == ["step"]
