"""Readers see the changes that they caused or were shown, and do not wait for the changes of others."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import event, insert, text, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from chassis.context import ANONYMOUS, Caller
from chassis.db.bulk import as_json
from chassis.db.projector import Projector
from chassis.db.read_your_writes import PENDING, ReadYourWrites
from tests.chassis.db.parcels import ADMIN, ANN, DEE, PARCELS, Parcel, calling
from tests.fakes.chassis import soon, unknown
from tests.polling import eventually

Sessions = async_sessionmaker[AsyncSession]


@pytest.fixture
def read_your_writes(write: AsyncEngine) -> ReadYourWrites:
    return ReadYourWrites(write, flush=soon, read_time=unknown)


@pytest.fixture
def projector(write: AsyncEngine, read: AsyncEngine) -> Projector:
    return Projector(write, read, PARCELS)


async def place(sessions: Sessions, caller: Caller, label: str = "a") -> str:
    """Answers the position of the write."""
    with calling(caller):
        async with sessions() as session:
            await session.execute(insert(Parcel), [{"label": label}])
            position = str(await session.scalar(text("SELECT CAST(pg_current_xact_id() AS text)")))
            await session.commit()
            return position


async def test_nobody_waits_when_nothing_of_theirs_is_pending(
    read_your_writes: ReadYourWrites, sessions: Sessions
) -> None:
    await place(sessions, ANN)

    assert await read_your_writes.wait("dee", timeout_s=0)


async def test_nobody_in_particular_waits_only_for_what_was_shown(
    read_your_writes: ReadYourWrites, sessions: Sessions
) -> None:
    position = await place(sessions, ANONYMOUS)

    assert await read_your_writes.wait(ANONYMOUS.id, timeout_s=0)
    assert not await read_your_writes.wait(ANONYMOUS.id, position, timeout_s=0)


async def test_the_maker_waits_until_the_change_is_applied(
    read_your_writes: ReadYourWrites, projector: Projector, sessions: Sessions
) -> None:
    await place(sessions, ANN)
    assert not await read_your_writes.wait("ann", timeout_s=0.05)

    waiting = asyncio.create_task(read_your_writes.wait("ann"))
    await projector.project()

    assert await waiting


async def test_owner_and_administrator_both_wait_for_the_administrators_change(
    read_your_writes: ReadYourWrites, projector: Projector, sessions: Sessions
) -> None:
    await place(sessions, ANN)
    await projector.project()
    with calling(ADMIN):
        async with sessions() as session:
            await session.execute(update(Parcel).values(label="b"))
            await session.commit()

    assert not await read_your_writes.wait("ann", timeout_s=0)
    assert not await read_your_writes.wait("root", timeout_s=0)
    assert await read_your_writes.wait("dee", timeout_s=0)


async def test_whoever_brings_a_position_waits_for_its_transaction(
    read_your_writes: ReadYourWrites, projector: Projector, sessions: Sessions
) -> None:
    position = await place(sessions, ANN)

    assert not await read_your_writes.wait("dee", position, timeout_s=0)
    await projector.project()
    assert await read_your_writes.wait("dee", position, timeout_s=0)


async def test_readers_who_come_together_ask_once_and_each_for_themselves(
    write: AsyncEngine, projector: Projector, sessions: Sessions
) -> None:
    read_your_writes, asked = ReadYourWrites(write, flush=soon, read_time=unknown), _questions(write)
    await place(sessions, DEE)
    await projector.project()
    position = await place(sessions, ANN, "b")

    fresh = await asyncio.gather(
        read_your_writes.wait("dee", timeout_s=0),
        read_your_writes.wait("ann", timeout_s=0),
        read_your_writes.wait("dee", position, timeout_s=0),
        read_your_writes.wait("dee", timeout_s=0),
        read_your_writes.wait(ANONYMOUS.id, position, timeout_s=0),
    )

    assert list(fresh) == [True, False, False, True, False]
    assert len([question for question in asked if "max(id)" in question]) == 1


async def test_a_reader_is_not_served_by_a_question_that_was_asked_before(
    write: AsyncEngine, read_your_writes: ReadYourWrites, sessions: Sessions
) -> None:
    async def writes_and_reads(label: str) -> bool:
        await place(sessions, ANN, label)
        return await read_your_writes.wait("ann", timeout_s=0)

    before = [asyncio.create_task(read_your_writes.wait("ann", timeout_s=0)) for _ in range(20)]
    assert not any(await asyncio.gather(*(writes_and_reads(str(n)) for n in range(20))))
    await asyncio.gather(*before)


async def test_a_question_goes_by_indexes_however_much_is_pending(write: AsyncEngine) -> None:
    wanted = [{"number": n, "caller": f"u-{n}", "position": str(n) if n % 2 else None} for n in range(3)]
    async with write.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO change_log (entity, entity_id, owner, actor) "
                "SELECT 'parcel', n, 'u-' || n % 5000, 'u-' || n % 5000 FROM generate_series(1, 20000) AS n"
            )
        )
        await connection.execute(text("ANALYZE change_log"))
        explained = text(f"EXPLAIN {PENDING.text}")
        plan = "\n".join((await connection.execute(explained, {"readers": as_json(wanted)})).scalars())

    assert "Seq Scan on change_log" not in plan


def _questions(write: AsyncEngine) -> list[str]:
    """The statements from now on."""
    asked: list[str] = []
    event.listen(
        write.sync_engine, "before_cursor_execute", lambda _connection, _cursor, statement, *_: asked.append(statement)
    )
    return asked


async def test_what_comes_later_is_not_waited_for(write: AsyncEngine, read: AsyncEngine, sessions: Sessions) -> None:
    waits = asyncio.Event()

    def flush() -> asyncio.Event:
        waits.set()
        return soon()

    read_your_writes = ReadYourWrites(write, flush=flush, read_time=unknown)
    await place(sessions, ANN, "first")
    waiting = asyncio.create_task(read_your_writes.wait("ann"))
    await waits.wait()
    await place(sessions, ANN, "second")
    await Projector(write, read, PARCELS, batch=1).project()

    assert await waiting
    assert not await read_your_writes.wait("ann", timeout_s=0)


async def test_caches_are_told_before_a_waiting_reader_goes_on(
    read_your_writes: ReadYourWrites, projector: Projector, sessions: Sessions
) -> None:
    def end() -> None:
        raise RuntimeError("caches are told")

    projector.on_applied.append(end)
    await place(sessions, ANN)
    with pytest.raises(RuntimeError, match="caches are told"):
        await projector.project()

    assert not await read_your_writes.wait("ann", timeout_s=0)


async def test_a_parked_change_holds_nobody_up(
    read_your_writes: ReadYourWrites, write: AsyncEngine, sessions: Sessions
) -> None:
    await place(sessions, DEE)
    async with write.begin() as connection:
        await connection.execute(text("UPDATE change_log SET failures = 1"))

    assert await read_your_writes.wait("dee", timeout_s=0)


async def test_a_reader_waits_for_the_next_round_of_the_processs_projector(
    write: AsyncEngine, projector: Projector, sessions: Sessions
) -> None:
    read_your_writes, asked = ReadYourWrites(write, flush=projector.flush, read_time=unknown), _questions(write)
    await projector.start()
    await place(sessions, ANN)

    assert await read_your_writes.wait("ann")

    await projector.stop()
    assert len([question for question in asked if "max(id)" in question]) == 2


async def test_many_readers_behind_a_locked_table_leave_the_write_database_alone(
    write: AsyncEngine, read: AsyncEngine, projector: Projector, sessions: Sessions
) -> None:
    read_your_writes, asked = ReadYourWrites(write, flush=projector.flush, read_time=unknown), _questions(write)
    await place(sessions, ANN)
    async with read.begin() as locked:
        await locked.execute(text("LOCK TABLE parcel"))
        await projector.start()
        readers = [asyncio.create_task(read_your_writes.wait("ann", timeout_s=20)) for _ in range(40)]
        await eventually(lambda: _somebody_waits(write))
        assert not await read_your_writes.wait("ann", timeout_s=0.3)

    assert all(await asyncio.gather(*readers))
    await projector.stop()
    # Before the wait and after it; and the reader that gave up asked for itself.
    assert len([question for question in asked if "max(id)" in question]) <= 6


async def _somebody_waits(engine: AsyncEngine) -> bool:
    async with engine.connect() as connection:
        return bool(await connection.scalar(text("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")))
