"""A read table is copied again from the write side while everything runs."""

from __future__ import annotations

import asyncio

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.projector import Projector
from inventory_svc.adapters.rebuilt_tables import rebuild_table
from tests.chassis.db.conftest import read as read
from tests.chassis.db.conftest import sessions as sessions
from tests.chassis.db.conftest import write as write
from tests.chassis.db.parcels import READ_PARCEL, Sessions, add, execute, labels, nothing_pending, rename, rows
from tests.polling import eventually


async def test_a_read_table_is_rebuilt_while_everything_runs(
    write: AsyncEngine, read: AsyncEngine, sessions: Sessions
) -> None:
    projector = Projector(write, read, [READ_PARCEL], batch=7, idle_s=0.05)
    await add(sessions, *(f"p{number}" for number in range(40)))
    await projector.project()
    await execute(read, "TRUNCATE parcel")
    await projector.start()

    async def keep_changing() -> None:
        for number in range(0, 40, 2):
            await rename(sessions, f"p{number}", f"p{number} renamed")
            await add(sessions, f"new {number}")

    _, rebuilt = await asyncio.gather(keep_changing(), rebuild_table(write, read, READ_PARCEL, batch=3))
    await eventually(lambda: nothing_pending(write))
    await projector.stop()

    assert rebuilt >= 40
    assert await rows(read) == await rows(write)


async def test_a_rebuild_mends_rows_of_the_same_version_and_leaves_newer_ones(
    write: AsyncEngine, read: AsyncEngine, sessions: Sessions
) -> None:
    projector = Projector(write, read, [READ_PARCEL])
    await add(sessions, "a", "b")
    await projector.project()
    await execute(read, "UPDATE parcel SET label = 'wrong'")
    await execute(read, "UPDATE parcel SET label = 'newer', row_version = 9 WHERE id = (SELECT max(id) FROM parcel)")

    assert await rebuild_table(write, read, READ_PARCEL, batch=3) == 2

    assert await labels(read) == ["a", "newer"]


async def test_a_rebuild_takes_away_what_the_write_side_never_had(
    write: AsyncEngine, read: AsyncEngine, sessions: Sessions
) -> None:
    projector = Projector(write, read, [READ_PARCEL])
    await add(sessions, *(f"p{number}" for number in range(7)))
    await projector.project()
    await execute(read, "INSERT INTO parcel (id, label, is_deleted, row_version) VALUES (-1, 'x', false, 1)")
    await execute(read, "INSERT INTO parcel (id, label, is_deleted, row_version) VALUES (999, 'x', false, 1)")

    await rebuild_table(write, read, READ_PARCEL, batch=3)

    assert await rows(read) == await rows(write)
