"""Every process of a service is restarted, one after the other, while orders come at half of what the machine can do.

No call fails, though none is repeated, and 100 shoppers who follow their orders see each event once. Envoy and
PostgreSQL are there once on one machine: what replaces them is tested elsewhere (tests/chaos).
"""

from __future__ import annotations

import asyncio
import json
import os
import uuid
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

import httpx
import pytest

from deploy.local.mesh import SERVICES
from deploy.local.shop import Shop
from tests.e2e import invariants
from tests.e2e.bare_http import BareClient
from tests.e2e.closed_loop import ordering
from tests.e2e.conftest import SETTINGS
from tests.e2e.crowd import many_connections
from tests.e2e.open_loop import OpenLoop, ordering_steadily
from tests.e2e.running_mesh import RunningMesh, running_mesh
from tests.e2e.test_rolling_upgrade import replace
from tests.e2e.test_shopping import a_stocked_product
from tests.folders import data_folder
from tests.long_runs import keep
from tests.polling import eventually, keeping_pace

STREAMS = 100
# Of what is asked for; half of what the machine can do, unless that is more. EASYORDER_TEST_ORDERS_PER_S is the rate.
MOST_PER_S = 200
ASKED_PER_S = float(os.environ.get("EASYORDER_TEST_ORDERS_PER_S", "0"))
CLIENTS, MEASURED_S = 32, 10
SETTLED_S = 60
PASSWORD = "untold Passw0rd!"
Headers = Mapping[str, str]


@dataclass
class Follower:
    """A shopper's stream, resumed after each break: the events of each order as they came."""

    headers: Headers
    seen: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    opened: Counter[str] = field(default_factory=Counter)
    token: str = ""

    async def follow(self, client: BareClient) -> None:
        while True:
            path = "/api/v1/orders:watch" + (f"?{urlencode({'resumeToken': self.token})}" if self.token else "")
            try:
                async with client.stream(path, headers=self.headers) as (status, lines):
                    self.opened[str(status)] += 1
                    async for line in lines:
                        if line.startswith("data:"):
                            self._hear(json.loads(line.removeprefix("data:")))
            except (OSError, EOFError) as error:
                # How a stream ends whose process stops is for its client to bear.
                self.opened[f"broken: {type(error).__name__}"] += 1
            await keeping_pace(asyncio.get_running_loop().time() + 0.1)

    def _hear(self, message: dict[str, object]) -> None:
        self.token = str(message.get("resumeToken", self.token))
        if "orderId" in message and "sequence" in message:
            self.seen[str(message["orderId"])].append(int(str(message["sequence"])))


@pytest.fixture
def mesh() -> Iterator[RunningMesh]:
    settings = SETTINGS | {"REPLICAS": "2", "ACCESS_TOKEN_LIFE_S": "86400"}
    with data_folder() as data_dir, running_mesh(data_dir, settings) as running:
        yield running


@pytest.mark.load
@pytest.mark.timeout(900)
async def test_all_processes_are_restarted_one_after_the_other(mesh: RunningMesh) -> None:
    async with many_connections(mesh) as http:
        admin = await Shop(http).login("admin@example.com", "Admin123!")
        items = [item for _ in range(8) for item in (await a_stocked_product(admin, pieces=1_000_000)).ids]
        per_s = ASKED_PER_S or min(MOST_PER_S, await capacity(mesh, admin.headers, items) / 2)
        shoppers = [await a_shopper(http) for _ in range(STREAMS)]
        async with following(BareClient(mesh.http_address), shoppers) as followers:
            async with ordering_steadily(mesh.http_address, shoppers, items, per_s=per_s) as loop:
                # Each stream has begun, and has a place to resume at.
                await eventually(lambda: all(follower.seen for follower in followers), timeout_s=SETTLED_S)
                for module in SERVICES.values():
                    for pid in mesh.pids_of(module):
                        await replace(mesh, {module: pid})
            await eventually(lambda: invariants.at_rest(mesh), timeout_s=SETTLED_S)
            events = await events_of(mesh, loop)
            await eventually(lambda: not missing(events, loop, followers), timeout_s=SETTLED_S)
        opened = sum((follower.opened for follower in followers), Counter())
        print(f"{per_s:.0f} orders/s: {dict(loop.results)}, p99 {loop.p99_s * 1000:.0f} ms; streams: {dict(opened)}")
        assert opened["200"] > STREAMS, "no stream moved to another process"
        assert loop.failed == {}, loop.refusals
        assert {order: followers[loop.orders[order]].seen[order] for order in events} == events
        await invariants.check(mesh, set(loop.orders))
        keep(
            "every process of a service restarted, one after the other",
            f"{loop.results.total():,} orders at {per_s:.0f} a second",
            "0 failed",
            f"{STREAMS} streams moved {opened['200'] - STREAMS} times, each event came once",
            f"p99 of a reply {loop.p99_s:.1f} s",
        )


async def events_of(mesh: RunningMesh, loop: OpenLoop) -> dict[str, list[int]]:
    """The events that each order has."""
    ids = await invariants.order_ids(mesh)
    async with mesh.database("easyorder_order_write") as orders:
        last = {row["id"]: row["sequence"] for row in await orders.fetch("SELECT id, sequence FROM orders")}
    return {order: [*range(1, last[ids.order_number(order) or 0] + 1)] for order in loop.orders}


def missing(events: Mapping[str, list[int]], loop: OpenLoop, followers: Sequence[Follower]) -> list[str]:
    return [order for order in events if not set(events[order]) <= set(followers[loop.orders[order]].seen[order])]


async def capacity(mesh: RunningMesh, headers: Headers, items: Sequence[str]) -> float:
    async with ordering(mesh, headers, items, clients=CLIENTS) as loop:
        await loop.lasts(MEASURED_S)
        rate = loop.rate(MEASURED_S / 2, MEASURED_S)
    print(f"{rate:.0f} orders/s at {CLIENTS} clients")
    return rate


async def a_shopper(http: httpx.AsyncClient) -> Headers:
    email = f"{uuid.uuid4().hex}@example.com"
    await Shop(http).register(email, PASSWORD, email)
    return (await Shop(http).login(email, PASSWORD)).headers


@asynccontextmanager
async def following(client: BareClient, shoppers: Sequence[Headers]) -> AsyncIterator[list[Follower]]:
    followers = [Follower(headers) for headers in shoppers]
    tasks = [asyncio.create_task(follower.follow(client)) for follower in followers]
    try:
        await eventually(lambda: all(follower.opened for follower in followers), timeout_s=SETTLED_S)
        yield followers
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
