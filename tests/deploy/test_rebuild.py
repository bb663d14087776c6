"""Read databases are filled again from the write side while everything runs."""

from __future__ import annotations

import asyncio
import subprocess
import sys

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.projector import Projector
from deploy.rebuild import rebuild, rebuild_table
from order_svc.projections import PROJECTED
from tests.builders.order import an_order
from tests.chassis.db.conftest import read as read
from tests.chassis.db.conftest import sessions as sessions
from tests.chassis.db.conftest import write as write
from tests.chassis.db.parcels import PARCELS, Sessions, add, execute, labels, nothing_pending, rename, rows
from tests.conftest import DatabasesOf
from tests.order_svc.order_reads import order_reads
from tests.polling import eventually

# A row that the write side never had.
SURPLUS = """
INSERT INTO orders SELECT surplus.* FROM orders AS present,
    jsonb_populate_record(present, '{"id": -1}') AS surplus LIMIT 1
"""


async def test_a_read_table_is_rebuilt_while_everything_runs(
    write: AsyncEngine, read: AsyncEngine, sessions: Sessions
) -> None:
    projector = Projector(write, read, PARCELS, batch=7, idle_s=0.05)
    await add(sessions, *(f"p{number}" for number in range(40)))
    await projector.project()
    await execute(read, "TRUNCATE parcel")
    await projector.start()

    async def keep_changing() -> None:
        for number in range(0, 40, 2):
            await rename(sessions, f"p{number}", f"p{number} renamed")
            await add(sessions, f"new {number}")

    _, rebuilt = await asyncio.gather(keep_changing(), rebuild_table(write, read, *PARCELS, batch=3))
    await eventually(lambda: nothing_pending(write))
    await projector.stop()

    assert rebuilt >= 40
    assert await rows(read) == await rows(write)


async def test_a_rebuild_mends_rows_of_the_same_version_and_those_ahead_of_a_restored_write_side(
    write: AsyncEngine, read: AsyncEngine, sessions: Sessions
) -> None:
    projector = Projector(write, read, PARCELS)
    await add(sessions, "a", "b")
    await projector.project()
    await execute(read, "UPDATE parcel SET label = 'wrong'")
    await execute(read, "UPDATE parcel SET label = 'lost', row_version = 9 WHERE id = (SELECT max(id) FROM parcel)")

    assert await rebuild_table(write, read, *PARCELS, batch=3) == 2

    assert await rows(read) == await rows(write)
    assert await labels(read) == ["a", "b"]


async def test_a_rebuild_takes_away_what_the_write_side_never_had(
    write: AsyncEngine, read: AsyncEngine, sessions: Sessions
) -> None:
    projector = Projector(write, read, PARCELS)
    await add(sessions, *(f"p{number}" for number in range(7)))
    await projector.project()
    await execute(read, "INSERT INTO parcel (id, label, is_deleted, row_version) VALUES (-1, 'x', false, 1)")
    await execute(read, "INSERT INTO parcel (id, label, is_deleted, row_version) VALUES (999, 'x', false, 1)")

    await rebuild_table(write, read, *PARCELS, batch=3)

    assert await rows(read) == await rows(write)


async def test_the_orders_are_filled_again(databases_of: DatabasesOf) -> None:
    async with order_reads(await databases_of("order_svc")) as reads:
        cancelled, paid = await reads.given(an_order().cancelled(), an_order().paid())
        as_it_was = await everything(reads.read)
        views = [await reads.get(order_id) for order_id in (cancelled, paid)]
        await execute(reads.read, f"DELETE FROM orders WHERE id = {cancelled}")
        await execute(reads.read, "UPDATE orders SET items = '[]'")
        await execute(reads.read, SURPLUS)

        await rebuild("order_svc", reads.write, reads.read)

        assert await everything(reads.read) == as_it_was
        assert [await reads.get(order_id) for order_id in (cancelled, paid)] == views


async def everything(read: AsyncEngine) -> dict[str, list[str]]:
    images = "SELECT CAST(to_jsonb(t) AS text) FROM {} AS t ORDER BY id"
    async with read.connect() as connection:
        return {
            projection.table.name: list(await connection.scalars(text(images.format(projection.table.name))))
            for projection in PROJECTED
        }


def test_a_service_without_a_read_database_is_refused() -> None:
    command = [sys.executable, "-m", "deploy.rebuild", "identity_svc"]
    refused = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)

    assert refused.returncode == 1
    assert refused.stderr == "Give the services whose read databases are to be rebuilt: inventory_svc order_svc\n"
