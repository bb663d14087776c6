"""Projectors whose connections are ended at random: readers see whole orders that never go back, and all changes."""

from __future__ import annotations

import asyncio
from asyncio import get_running_loop
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from random import Random

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import make_engine
from chassis.db.projector import Projector
from chassis.db.read_your_writes import ReadYourWrites
from order_svc.projections import PROJECTED
from tests.conftest import DatabasesOf
from tests.polling import eventually

pytestmark = pytest.mark.soak

ORDERS, PROJECTORS, SECONDS = 40, 3, 5
_BY = "created_on, created_by, modified_on, modified_by"
_MADE = "now(), 'shopper', now(), 'shopper'"
SETUP = (
    "INSERT INTO orders (id, status, currency, placed_at, cancel_reason, sequence, revision, supplementary_hold_id, "
    f"{_BY}) SELECT n, 'PAID', 'USD', now(), '', 1, 1, 0, {_MADE} FROM generate_series(1, {ORDERS}) AS n",
    "INSERT INTO order_item (id, order_id, product_item_id, sku, name, quantity, unit_price, discount, returned, "
    f"product_id, options, {_BY}) SELECT o * 100 + i, o, i, 'SKU-' || i, 'Lamp', 1, 10, 0, 0, 1, '[]', {_MADE} "
    f"FROM generate_series(1, {ORDERS}) AS o, generate_series(0, 2) AS i",
    "INSERT INTO payment (id, order_id, transaction_id, method, status, amount, attempts, failure_reason, refunded, "
    f"{_BY}) SELECT n, n, 't-' || n, 'CARD', 'PAID', 1000, 1, '', 0, {_MADE} FROM generate_series(1, {ORDERS}) AS n",
)
# One transaction changes all parts of an order, in any order.
CHANGES = (
    "UPDATE order_item SET quantity = quantity + 1 WHERE order_id = :id",
    "UPDATE payment SET attempts = attempts + 1 WHERE id = :id",
    "UPDATE orders SET sequence = sequence + 1 WHERE id = :id",
)
WRITTEN = "SELECT id, sequence FROM orders"
READ = (
    "SELECT id, sequence, CAST(payment ->> 'attempts' AS bigint) AS attempts, "
    "min(CAST(item ->> 'quantity' AS bigint)) AS fewest, max(CAST(item ->> 'quantity' AS bigint)) AS most "
    "FROM orders, jsonb_array_elements(items) AS item GROUP BY id, sequence, payment"
)
# A kill of half of the projectors' connections to one database.
KILL = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
    "WHERE application_name = 'projector' AND datname = current_database() AND random() < 0.5"
)


async def versions(engine: AsyncEngine, query: str) -> dict[int, int]:
    async with engine.connect() as connection:
        return {row.id: row.sequence for row in await connection.execute(text(query))}


@pytest.mark.parametrize("drivername", ["postgresql+asyncpg", "postgresql+aioodbc"])
async def test_readers_see_whole_orders_that_never_go_back(databases_of: DatabasesOf, drivername: str) -> None:
    random, urls = Random(1), await databases_of("order_svc")
    engines = [make_engine(urls[f"easyorder_order_{side}"], application_name="tests") for side in ("write", "read")]
    write, read = engines
    async with write.begin() as connection:
        for statement in SETUP:
            await connection.execute(text(statement))
    projectors, waits = list[Projector](), list[Callable[[str, str, float], Awaitable[bool]]]()
    for _ in range(PROJECTORS):
        from_, to = (
            make_engine(engine.url.set(drivername=drivername), application_name="projector", timeout_s=1)
            for engine in (write, read)
        )
        engines += [from_, to]
        projector = Projector(from_, to, PROJECTED, batch=random.choice([7, 1000]), idle_s=0.05, pace_s=0.01)
        projectors.append(projector)
        waits.append(ReadYourWrites(from_, flush=projector.flush, read_time=lambda: None).wait)
    for projector in projectors:
        await projector.start()
    ends_at, waited = get_running_loop().time() + SECONDS, list[tuple[int, int]]()
    changed: list[int] = []

    async def change() -> None:
        while get_running_loop().time() < ends_at:
            async with write.begin() as connection:
                id = random.randint(1, ORDERS)
                await connection.execute(text("SELECT FROM orders WHERE id = :id FOR UPDATE"), {"id": id})
                for statement in random.sample(CHANGES, 3):
                    await connection.execute(text(statement), {"id": id})
                written = (await connection.execute(text(f"{WRITTEN} WHERE id = :id"), {"id": id})).one()
                position = str(await connection.scalar(text("SELECT CAST(pg_current_xact_id() AS text)")))
            changed.append(written.id)
            # One whose connection is ended cannot say whether the change can be read.
            with suppress(Exception):
                if await random.choice(waits)("nobody", position, 5):
                    waited.append((written.sequence, (await versions(read, READ))[id]))

    async def is_due(count: int) -> bool:
        return len(changed) >= count or get_running_loop().time() > ends_at

    async def kill() -> None:
        while get_running_loop().time() < ends_at:
            due = len(changed) + random.randint(1, 30)
            await eventually(partial(is_due, due))
            async with random.choice([write, read]).connect() as connection:
                await connection.execute(text(KILL))

    async def look() -> None:
        last: dict[int, int] = {}
        while get_running_loop().time() < ends_at:
            async with read.connect() as connection:
                for row in await connection.execute(text(READ)):
                    assert {row.attempts, row.fewest, row.most} == {row.sequence}
                    assert row.sequence >= last.get(row.id, 0)
                    last[row.id] = row.sequence

    await asyncio.gather(*(change() for _ in range(5)), kill(), look())

    assert len(waited) > 20
    assert [lost for lost in waited if lost[0] > lost[1]] == []

    async def is_all_read() -> bool:
        return await versions(write, WRITTEN) == await versions(read, READ)

    await eventually(is_all_read, timeout_s=10)
    for projector in projectors:
        await projector.stop()
    for engine in engines:
        await engine.dispose()
