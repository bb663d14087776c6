"""Orders at half of what the machine can do, while one thing after the other fails that a mesh of two bears.

EASYORDER_TEST_MINUTES [20] is how long. Each process of a service is killed, the primary of PostgreSQL is switched,
RabbitMQ is away for two minutes, and the network to one replica is cut for 30 s. Envoy is there once on one machine.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

import pytest

from deploy.local.config import REPLICA_STRIDE
from deploy.local.mesh import SERVICES
from deploy.local.shop import Shop
from tests.broker.rabbitmq import is_installed
from tests.chaos.broker import Broker, running_broker
from tests.chaos.checker.published import published_in_order
from tests.chaos.faults import CAN_CUT, dropped
from tests.chaos.postgres_pair import PostgresPair
from tests.chaos.recording import Recorder
from tests.chaos.run import elsewhere
from tests.e2e import invariants
from tests.e2e.conftest import SETTINGS
from tests.e2e.crowd import many_connections
from tests.e2e.open_loop import OpenLoop, ordering_steadily
from tests.e2e.running_mesh import RunningMesh, running_mesh
from tests.e2e.test_rolling_restart import capacity
from tests.e2e.test_shopping import a_stocked_product
from tests.folders import data_folder
from tests.long_runs import keep
from tests.polling import eventually, keeping_pace

MINUTES = float(os.environ.get("EASYORDER_TEST_MINUTES", "20"))
BROKER_AWAY_S, CUT_S, SETTLED_S = 120, 30, 60
ANSWERED = 0.999
REPLICAS = 2
REFUSED = "503"
SEED = 1


@dataclass
class Scene:
    """What is there to fail."""

    mesh: RunningMesh
    servers: PostgresPair
    broker: Broker

    async def kill(self, module: str, number: int) -> None:
        """kill -9 of a replica, which `make up` starts again."""
        before = self.mesh.pids_of(module)
        os.kill(before[number % len(before)], signal.SIGKILL)
        await eventually(lambda: len(set(self.mesh.pids_of(module)) - set(before)) > 0, timeout_s=SETTLED_S)

    async def switch(self) -> None:
        await self.servers.whole()
        assert await self.servers.switch()
        await self.servers.whole()

    async def lose_the_broker(self) -> None:
        assert await self.broker.go_away(min(BROKER_AWAY_S, 60 * MINUTES / 3))

    async def cut(self, service: str) -> None:
        """The network to its second replica."""
        port = int(self.mesh.address(service).rpartition(":")[2]) + REPLICA_STRIDE
        with dropped([port], ()):
            await keeping_pace(asyncio.get_running_loop().time() + CUT_S)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    if not is_installed() or not CAN_CUT:
        pytest.skip("needs RabbitMQ, and root with iptables")
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(data_folder())
        servers = await stack.enter_async_context(PostgresPair(folder / "servers").running())
        broker = await stack.enter_async_context(running_broker())
        settings = SETTINGS | {"REPLICAS": str(REPLICAS), "ACCESS_TOKEN_LIFE_S": "86400", **broker.settings}
        mesh = await stack.enter_async_context(elsewhere(running_mesh(folder, settings, server=servers)))
        yield Scene(mesh, servers, broker)


@pytest.mark.load
@pytest.mark.timeout(60 * MINUTES + 900)
async def test_what_a_mesh_of_two_bears(scene: Scene, tmp_path: Path) -> None:
    async with many_connections(scene.mesh) as http:
        admin = await Shop(http).login("admin@example.com", "Admin123!")
        items = [item for _ in range(8) for item in (await a_stocked_product(admin, pieces=1_000_000)).ids]
        per_s = await capacity(scene.mesh, admin.headers, items) / 2
        async with ordering_steadily(scene.mesh.http_address, [admin.headers], items, per_s=per_s) as loop:
            await spread(faults(scene), 60 * MINUTES)
    await eventually(lambda: invariants.at_rest(scene.mesh), timeout_s=SETTLED_S)
    report(loop, per_s)

    await invariants.check(scene.mesh, set(loop.orders))
    with (tmp_path / "history.jsonl").open("w", encoding="utf-8") as file:
        recorder = Recorder(file)
        await scene.broker.look(scene.mesh, recorder)
    assert published_in_order(recorder.history) == []
    assert share_answered(loop) >= ANSWERED, loop.results
    await scene.servers.whole()
    keep(
        f"{MINUTES:g} minutes of faults over two of everything",
        f"{loop.results.total():,} orders at {per_s:.0f} a second",
        f"{100 * share_answered(loop):.3f} % answered rightly or with 503",
        f"{loop.results.total() - loop.results['ordered']:,} not ordered",
        "0 violations",
    )


def faults(scene: Scene) -> list[Callable[[], Awaitable[None]]]:
    """In an order that one number decides on."""
    each: list[Callable[[], Awaitable[None]]] = [
        *[partial(scene.kill, module, number) for module in SERVICES.values() for number in range(REPLICAS)],
        scene.switch,
        scene.lose_the_broker,
        partial(scene.cut, "inventory"),
    ]
    Random(SEED).shuffle(each)
    return each


async def spread(each: list[Callable[[], Awaitable[None]]], seconds: float) -> None:
    """One begins after the other, evenly, and the last one is over before the time is."""
    begins = asyncio.get_running_loop().time()
    async with asyncio.TaskGroup() as going_on:
        for number, fault in enumerate(each, 1):
            await keeping_pace(begins + seconds * number / (len(each) + 1))
            going_on.create_task(_done(fault))
    await keeping_pace(begins + seconds)


async def _done(fault: Callable[[], Awaitable[None]]) -> None:
    await fault()


def share_answered(loop: OpenLoop) -> float:
    """Of all calls, those that got their order, or were told that it is not to be had now."""
    answered = sum(n for reason, n in loop.results.items() if reason == "ordered" or reason.startswith(REFUSED))
    return answered / loop.results.total()


def report(loop: OpenLoop, per_s: float) -> None:
    gone = loop.results.total() - loop.results["ordered"]
    print(
        f"{MINUTES:g} minutes at {per_s:.0f} orders/s: {loop.results.total()} calls, {gone} not ordered, "
        f"{100 * share_answered(loop):.3f} % answered, p99 {loop.p99_s * 1000:.0f} ms: {dict(loop.results)}"
    )
