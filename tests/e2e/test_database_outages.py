"""The database refuses writes or does not answer for a while: calls are told UNAVAILABLE, and then all goes on."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager

import pytest

from deploy.local.shop import Shop
from tests.e2e import invariants
from tests.e2e.bare_http import DEADLINE_S
from tests.e2e.closed_loop import ClosedLoop, ordering
from tests.e2e.conftest import SETTINGS
from tests.e2e.running_mesh import RunningMesh, running_mesh
from tests.e2e.test_shopping import a_stocked_product
from tests.folders import data_folder
from tests.polling import eventually

pytestmark = [pytest.mark.load, pytest.mark.timeout(280)]

CLIENTS = 32
READ_ONLY_S, FROZEN_S = 30.0, 60.0
AGAIN_S = 5.0
ATTEMPTS, LOOKS_WITHIN_S = 50, 1.0
# A backend that does not wait for its client may hold a lock of the server's memory (LWLock), which no timeout ends: on
# a page of a table, or of all databases. All orders need the same row of the stock, and no row of another order.
IN_THE_WAY = """(wait_event IS DISTINCT FROM 'ClientRead'
    OR datname = 'easyorder_inventory_write' AND backend_xid IS NOT NULL)"""
# Whatever a call was waiting for; nothing says that the program is wrong.
HONEST = {"ordered", "UNAVAILABLE", "DEADLINE_EXCEEDED", "LOCKED"}


@pytest.fixture
def mesh() -> Iterator[RunningMesh]:
    with data_folder() as data_dir, running_mesh(data_dir, SETTINGS) as running:
        yield running


async def all_is_well(mesh: RunningMesh, loop: ClosedLoop) -> None:
    print(loop.reasons())
    assert set(loop.reasons()) <= HONEST
    assert max(answer.took_s for answer in loop.answers) < DEADLINE_S
    await eventually(lambda: invariants.at_rest(mesh), timeout_s=60)
    await invariants.check(mesh, loop.orders)


async def set_read_only(mesh: RunningMesh, value: str) -> None:
    """For all transactions that begin from now on, of all databases: as at a primary that became a standby."""
    async with mesh.database("postgres") as connection:
        await connection.execute("SET default_transaction_read_only = off")
        await connection.execute(f"ALTER SYSTEM SET default_transaction_read_only = {value}")
        await connection.execute("SELECT pg_reload_conf()")


async def test_a_primary_that_is_read_only_for_a_while(mesh: RunningMesh, admin: Shop) -> None:
    items = (await a_stocked_product(admin, pieces=100_000)).ids[:1]

    async with ordering(mesh, admin.headers, items, clients=CLIENTS) as loop:
        await loop.lasts(5)
        begins = loop.now_s
        await set_read_only(mesh, "on")
        await loop.lasts(READ_ONLY_S)
        await set_read_only(mesh, "off")
        ends = loop.now_s
        await eventually(lambda: loop.reasons(ends)["ordered"] > CLIENTS)

    assert "UNAVAILABLE" in loop.reasons(begins, ends)
    first = min(answer.at_s for answer in loop.between(ends, loop.now_s) if answer.reason == "ordered")
    print(f"first order after {first - ends:.1f} s")
    assert first - ends < 2
    await all_is_well(mesh, loop)


@pytest.mark.parametrize("service", ["order", "inventory"])
async def test_backends_of_one_service_that_do_not_answer(mesh: RunningMesh, admin: Shop, service: str) -> None:
    items = (await a_stocked_product(admin, pieces=100_000)).ids[:1]

    async with ordering(mesh, admin.headers, items, clients=CLIENTS) as loop:
        await loop.lasts(5)
        async with frozen_backends(mesh, service) as pids:
            begins = loop.now_s
            await loop.lasts(FROZEN_S)
        thawed = loop.now_s
        await eventually(lambda: loop.reasons(thawed)["ordered"] > CLIENTS, timeout_s=AGAIN_S)

    # Those of the first second may have been placed before; whoever was refused waits for a second.
    placed = sorted(answer.at_s - begins for answer in loop.between(begins + 1, thawed) if answer.reason == "ordered")
    again = loop.asked_between(begins + AGAIN_S, thawed)
    slowest_s = max(answer.took_s for answer in again)
    print(f"{len(pids)} frozen; first order after {placed[0]:.1f} s, then {slowest_s:.1f} s at most")
    assert {answer.reason for answer in again} == {"ordered"}
    assert slowest_s < AGAIN_S
    await all_is_well(mesh, loop)


@asynccontextmanager
async def frozen_backends(mesh: RunningMesh, service: str) -> AsyncIterator[Collection[int]]:
    """Stops all backends of a service for the block, at a moment at which none of them is in the way of new ones."""
    for _ in range(ATTEMPTS):
        pids = await backends_of(mesh, service)
        in_the_way = asyncio.create_task(backends_of(mesh, service, IN_THE_WAY))
        try:
            for pid in pids:
                os.kill(pid, signal.SIGSTOP)
            await asyncio.wait([in_the_way], timeout=LOOKS_WITHIN_S)
            if in_the_way.done() and pids.isdisjoint(in_the_way.result()):
                yield pids
                return
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)
        # It may have been in the way of the query, too, which goes on now.
        await in_the_way
    raise AssertionError("a backend was in the way at each attempt")


async def backends_of(mesh: RunningMesh, service: str, condition: str = "true") -> set[int]:
    """The PostgreSQL processes that serve the databases of a service."""
    clients = f"""
        SELECT pid FROM pg_stat_activity
        WHERE datname LIKE 'easyorder_{service}_%' AND backend_type = 'client backend' AND {condition}"""
    async with mesh.database("postgres") as connection:
        return {row["pid"] for row in await connection.fetch(clients)}
