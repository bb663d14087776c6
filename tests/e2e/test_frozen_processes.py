"""Of two replicas of every service, one freezes (SIGSTOP) under load and continues: orders go on, and none is lost."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest

from deploy.local.mesh import SERVICES
from deploy.local.shop import Shop
from tests.e2e import invariants
from tests.e2e.conftest import SETTINGS
from tests.e2e.crowd import many_connections
from tests.e2e.patient_clients import PatientClient, an_order_of
from tests.e2e.running_mesh import RunningMesh, running_mesh
from tests.e2e.test_shopping import a_stocked_product
from tests.folders import data_folder
from tests.polling import eventually, keeping_pace

pytestmark = [pytest.mark.load, pytest.mark.timeout(300)]

CLIENTS = 32
BEFORE_S, FROZEN_S, THAWED_S = 10, 40, 5
# The supervisor leaves a frozen process alone, so that it continues with what it held.
LEFT_ALONE = {"REPLICAS": "2", "UNRESPONSIVE_AFTER_S": "120"}


@pytest.fixture(scope="module")
def mesh() -> Iterator[RunningMesh]:
    with data_folder() as data_dir, running_mesh(data_dir, SETTINGS | LEFT_ALONE) as running:
        yield running


class Placed:
    """When orders were acknowledged, by the clock of the event loop."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def per_s(self, start: float, end: float) -> float:
        return sum(start <= time < end for time in self.times) / (end - start)


@asynccontextmanager
async def ordering(client: PatientClient, items: list[str]) -> AsyncIterator[Placed]:
    """CLIENTS place orders, one after the other, for the block. A client repeats an order until it is acknowledged."""
    placed, stopping = Placed(), asyncio.Event()

    async def one_client(number: int) -> None:
        while not stopping.is_set():
            await client.order(an_order_of([items[(number + len(placed.times)) % len(items)]], "tok_ok"))
            placed.times.append(asyncio.get_running_loop().time())

    tasks = [asyncio.create_task(one_client(number)) for number in range(CLIENTS)]
    yield placed
    stopping.set()
    await asyncio.gather(*tasks)


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@pytest.mark.parametrize("module", SERVICES.values())
async def test_one_replica_freezes(mesh: RunningMesh, module: str) -> None:
    now = asyncio.get_running_loop().time
    async with many_connections(mesh) as http:
        admin = await Shop(http).login("admin@example.com", "Admin123!")
        items = [item for _ in range(8) for item in (await a_stocked_product(admin, pieces=1_000_000)).ids]
        client = PatientClient(http, admin.headers)
        async with ordering(client, items) as placed:
            await eventually(lambda: len(placed.times) > 10 * CLIENTS, timeout_s=60)
            began = now()
            await keeping_pace(began + BEFORE_S)
            before = placed.per_s(began, now())
            with frozen(mesh.pids_of(module)[0]):
                froze = now()
                await keeping_pace(froze + FROZEN_S)
            thawed = now()
            await keeping_pace(thawed + THAWED_S + BEFORE_S)

    await eventually(lambda: invariants.at_rest(mesh), timeout_s=60)
    await invariants.check(mesh, set(client.acknowledged.values()))
    seconds = " ".join(f"{placed.per_s(second, second + 1):.0f}" for second in range(int(began), int(now())))
    after = placed.per_s(thawed + THAWED_S, thawed + THAWED_S + BEFORE_S)
    soon, later = placed.per_s(froze + 3, froze + 10), placed.per_s(froze + 10, thawed)
    print(f"{before:.0f}/s before, {soon:.0f} within 10 s, {later:.0f} until thawed, {after:.0f} after; {seconds}")
    assert after >= 0.45 * before, f"frozen afterwards: {before:.0f}/s before, then each second {seconds}"
    # Of both sides, because the machine may have more or less to do meanwhile.
    undisturbed = min(before, after)
    assert soon >= 0.45 * undisturbed, seconds
    assert later >= 0.9 * undisturbed, seconds
