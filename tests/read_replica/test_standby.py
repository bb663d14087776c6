"""With a real standby: whoever wrote reads it, while the standby lags, stops and comes back."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.context import Caller, RequestContext, request_context
from chassis.db.engine import make_engine
from deploy.local.postgres import INSTALLATION, SYSTEM_USER, EmbeddedPostgres
from deploy.migrate import migrate
from order_svc.adapters.order_creators import OrderCreators
from order_svc.queries.orders import OrderQueries
from read_replica.reads import ReplicaReads
from tests.builders.order import an_order
from tests.builders.order_ids import IDS
from tests.folders import data_folder
from tests.order_svc.order_reads import OrderReads, SmallPatience, order_reads
from tests.own_server import running
from tests.polling import eventually

pytestmark = [pytest.mark.load, pytest.mark.timeout(300)]
READ = "easyorder_order_read"
ADMIN = Caller.person("admin-1", admin=True)


@dataclass
class Replicated:
    """order_svc's queries on a server with a standby; `replica` may be stopped and started."""

    orders: OrderReads
    reads: ReplicaReads
    standby: EmbeddedPostgres
    stack: AsyncExitStack

    async def at_standby(self, statement: str) -> object:
        connection = await asyncpg.connect(host=str(self.standby.socket_dir), user="postgres", database="postgres")
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    async def is_behind(self) -> bool:
        return bool(await self.at_standby("SELECT pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn()"))

    def patient(self, patience_s: float) -> None:
        self.reads = ReplicaReads(self.reads._primary, self.reads._replica, patience_s=patience_s, retry_s=0.01)
        write = self.orders.write
        self.orders.queries = OrderQueries(self.reads, SmallPatience(write), IDS, OrderCreators(write).of)


@pytest.fixture
async def shop() -> AsyncIterator[Replicated]:
    with data_folder() as folder:
        async with AsyncExitStack() as stack, _replicated(folder, stack) as replicated:
            yield replicated


@asynccontextmanager
async def _replicated(folder: Path, stack: AsyncExitStack) -> AsyncIterator[Replicated]:
    server, standby = EmbeddedPostgres(folder / "postgres"), EmbeddedPostgres(folder / "standby")

    def url(of: EmbeddedPostgres, database: str) -> str:
        return make_url(of.url).set(database=database).render_as_string(hide_password=False)

    async with running(server):
        await migrate(["order_svc"], partial(url, server))
        await asyncio.to_thread(_copy, server, standby)
        await stack.enter_async_context(running(standby))
        urls = {name: url(server, name) for name in ("easyorder_order_write", READ)}
        replica: AsyncEngine = make_engine(url(standby, READ), application_name="replica", timeout_s=3)
        async with order_reads(urls) as orders:
            shop = Replicated(orders, ReplicaReads(orders.read, replica), standby, stack)
            shop.patient(60)
            yield shop
        await replica.dispose()
        # The standby first: the server waits for it.
        await stack.aclose()


def _copy(server: EmbeddedPostgres, standby: EmbeddedPostgres) -> None:
    """Makes a standby that follows the server."""
    command = [str(INSTALLATION / "bin/pg_basebackup"), "-h", str(server.socket_dir), "-U", "postgres"]
    subprocess.run([*command, "-c", "fast", "-R", "-D", str(standby.folder)], check=True, timeout=60)
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", SYSTEM_USER, str(standby.folder)], check=True, timeout=60)


async def test_every_order_is_read_at_the_standby_as_soon_as_it_was_placed(shop: Replicated) -> None:
    for lag in ("0", "100ms"):
        await shop.at_standby(f"ALTER SYSTEM SET recovery_min_apply_delay = '{lag}'")
        await shop.at_standby("SELECT pg_reload_conf()")
        for _ in range(20):
            (order_id,) = await shop.orders.given(an_order())
            assert (await shop.orders.get(order_id)).id == order_id
            assert order_id in await shop.orders.listed()

    assert shop.reads.at_primary == 0


async def test_an_export_at_the_standby_has_every_order(shop: Replicated) -> None:
    await shop.at_standby("SELECT pg_wal_replay_pause()")
    ids = await shop.orders.given(*(an_order() for _ in range(3)))
    queries = shop.orders.queries
    with request_context(RequestContext(caller=ADMIN)):
        exporting = asyncio.create_task(_exported(queries, ids))
        await eventually(shop.is_behind, timeout_s=30)
        await shop.at_standby("SELECT pg_wal_replay_resume()")

    assert await exporting == 3
    assert shop.reads.at_primary == 0


async def _exported(queries: OrderQueries, ids: list[int]) -> int:
    views = [await queries.get_order(order_id) for order_id in ids]
    days = [view.placed_at.date() for view in views]
    lines = b"".join([part async for part in queries.export_orders(min(days), max(days))]).splitlines()
    return len(lines) - 1


async def test_while_the_standby_is_far_behind_the_primary_answers(shop: Replicated) -> None:
    shop.patient(0.2)
    await shop.orders.given(an_order())
    await shop.at_standby("SELECT pg_wal_replay_pause()")

    for number in range(1, 6):
        (order_id,) = await shop.orders.given(an_order())
        assert order_id in await shop.orders.listed()
        assert shop.reads.at_primary >= number

    # What the guard is for: there, nobody could find it.
    async with shop.reads._replica.connect() as connection:
        known = (await connection.exec_driver_sql("SELECT id FROM orders")).scalars().all()
        assert order_id not in known


async def test_a_standby_that_stops_costs_no_error_and_is_used_again(shop: Replicated) -> None:
    shop.patient(5)
    (first,) = await shop.orders.given(an_order())
    assert await shop.orders.listed() == [first]
    await shop.stack.aclose()

    (second,) = await shop.orders.given(an_order())
    assert set(await shop.orders.listed()) == {first, second}
    at_primary = shop.reads.at_primary

    await shop.stack.enter_async_context(running(shop.standby))

    async def the_standby_answers() -> bool:
        before = shop.reads.at_primary
        assert set(await shop.orders.listed()) == {first, second}
        return shop.reads.at_primary == before

    await eventually(the_standby_answers, timeout_s=30)
    assert at_primary > 0
