"""A mesh of an older version becomes one of this version process by process, and goes back, while orders come steadily.

No call fails meanwhile: in between, each service of one version calls those of the other. The older order_svc fails one
call of many thousands if inventory_svc is replaced while it calls, so that it is to be replaced first.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import uuid
from collections import Counter, deque
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx
import pytest

from chassis.settings import PORTS
from deploy.local.config import REPLICA_STRIDE
from deploy.local.mesh import SERVICES
from deploy.local.plain_http import plain_client
from deploy.local.readiness import grpc_serving
from deploy.local.shop import Shop
from tests.e2e import invariants
from tests.e2e.bare_http import BareClient
from tests.e2e.conftest import SETTINGS
from tests.e2e.patient_clients import an_order_of
from tests.e2e.running_mesh import RunningMesh
from tests.e2e.test_rolling_upgrade import LOOKED_EVERY_S, REPLACED_WITHIN_S, Calls, is_replaced, read, watch
from tests.e2e.test_shopping import a_stocked_product
from tests.e2e.two_versions import Envoy, Trees, envoy_of, migrate, old_mesh
from tests.folders import data_folder
from tests.long_runs import keep
from tests.polling import eventually, keeping_pace
from tests.released.side_by_side import REVISIONS

ORDERS_PER_S = int(os.environ.get("EASYORDER_TEST_ORDERS_PER_S", "100"))
WATCHERS = 2
# By the last digit of an order's number; the others are paid.
CARDS = {1: "tok_flaky_1", 2: "tok_declined"}
CANCELLED, REFUNDED, READ = 3, 4, 5
# Of orders that have certainly been paid.
REFUNDED_AFTER_S = 60
ENVOY = "envoy"
ORDER_FIRST = ["order", "payment", "inventory", "identity", "edge", ENVOY]
INVENTORY_FIRST = [ENVOY, "edge", "identity", "inventory", "payment", "order"]


@dataclass
class Shoppers:
    """They call the mesh by one Envoy at a time, as a load balancer tells them."""

    calls: Calls = field(default_factory=Calls)
    headers: dict[str, str] = field(default_factory=dict)
    items: list[str] = field(default_factory=list)
    # Paid orders that are to be refunded in part, and when they were placed.
    _refundable: deque[tuple[float, str]] = field(default_factory=deque)
    _began: float = 0
    _ended: float = 0
    _http: httpx.AsyncClient | None = None
    _client: BareClient | None = None
    _under_way: Counter[str] = field(default_factory=Counter)
    _watching: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def per_s(self) -> float:
        """Orders, while they came."""
        return len(self.calls.orders) / (self._ended - self._began)

    async def turn_to(self, envoy: Envoy) -> None:
        """New calls and streams go there; returns when those elsewhere have ended."""
        http, before = plain_client(envoy.url, timeout=60), self._client
        if not self.headers:
            await self._move_in(http)
        http.headers.update(self.headers)
        self._client = BareClient(envoy.url.removeprefix("http://"), self.headers)
        await self.stop_watching()
        self._http = http
        watched = self.calls.results["WATCH 200"]
        self._watching = [asyncio.create_task(watch(http, self.calls)) for _ in range(WATCHERS)]
        await eventually(lambda: self.calls.results["WATCH 200"] >= watched + WATCHERS, timeout_s=30)
        if before is not None:
            await eventually(lambda: not self._under_way[before.address], timeout_s=60)
            before.close()

    async def order_steadily(self, stopping: asyncio.Event) -> None:
        now = asyncio.get_running_loop().time
        begins = self._began = now()
        async with asyncio.TaskGroup() as tasks:
            for number in itertools.count():
                await keeping_pace(begins + number / ORDERS_PER_S)
                if stopping.is_set():
                    self._ended = now()
                    return
                tasks.create_task(self._call(number))

    async def stop_watching(self) -> None:
        for task in self._watching:
            task.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)
        if self._http is not None:
            await self._http.aclose()

    async def _move_in(self, client: httpx.AsyncClient) -> None:
        admin = await Shop(client).login("admin@example.com", "Admin123!")
        self.items = [item for _ in range(8) for item in (await a_stocked_product(admin, pieces=1_000_000)).ids]
        self.headers = dict(admin.headers)

    async def _call(self, number: int) -> None:
        client = self._client
        assert client is not None
        self._under_way[client.address] += 1
        try:
            await self._shop(client, number)
        finally:
            self._under_way[client.address] -= 1

    async def _shop(self, client: BareClient, number: int) -> None:
        kind, item = number % 10, self.items[number % len(self.items)]
        body = an_order_of([item], CARDS.get(kind, "tok_ok"))
        answer = await self.calls.make(client, "POST", "/api/v1/orders", body)
        if not answer or not answer.is_success:
            return
        id, now = answer.json()["id"], asyncio.get_running_loop().time()
        self.calls.orders.append(id)
        if kind == CANCELLED:
            await self.calls.make(client, "POST", f"/api/v1/orders/{id}:cancel", {"reason": "too dear"})
        if kind == READ:
            await read(client, number // 10 * 2, self.calls)
        if kind == REFUNDED:
            self._refundable.append((now, id))
            if self._refundable[0][0] < now - REFUNDED_AFTER_S:
                await self._refund(client, self._refundable.popleft()[1])

    async def _refund(self, client: BareClient, id: str) -> None:
        refund = {"amount": {"currencyCode": "USD", "units": "1"}, "reason": "scratched", "requestId": uuid.uuid4().hex}
        await self.calls.make(client, "POST", f"/api/v1/admin/orders/{id}:refund", refund)


@pytest.mark.load
@pytest.mark.timeout(900)
@pytest.mark.parametrize("services", [ORDER_FIRST, INVENTORY_FIRST], ids=["order first", "inventory first"])
async def test_both_ways(services: Sequence[str]) -> None:
    with data_folder() as data_dir, old_mesh(data_dir, SETTINGS | {"REPLICAS": "2"}) as (mesh, trees):
        async with AsyncExitStack() as envoys:
            in_front = await envoys.enter_async_context(envoy_of(mesh, trees, trees.old))
            async with shopping(in_front) as shoppers:
                assert await revisions(mesh) == REVISIONS
                await asyncio.to_thread(migrate, mesh, trees)
                assert await revisions(mesh) != REVISIONS, "both versions have the same databases"
                for tree, in_turn in ((trees.new, services), (trees.old, services[::-1])):
                    for service in in_turn:
                        if service == ENVOY:
                            in_front = await replace_envoy(mesh, trees, tree, in_front, shoppers, envoys)
                        else:
                            await replace_service(mesh, trees, tree, service, in_front)
                    modules = SERVICES.values()
                    assert {tree_of(pid) for module in modules for pid in mesh.pids_of(module)} == {tree}
        print(f"{len(shoppers.calls.orders)} orders, {shoppers.per_s:.0f} a second; {dict(shoppers.calls.results)}")
        assert {what: times for what, times in shoppers.calls.failed.items() if not is_known(what, services)} == {}
        await eventually(lambda: invariants.at_rest(mesh), timeout_s=120)
        await invariants.check(mesh, set(shoppers.calls.orders))
        assert "end the process" not in mesh.log
        keep(
            f"two versions at a time, there and back, {services[0]} first",
            f"{len(shoppers.calls.orders):,} orders at {shoppers.per_s:.0f} a second",
            f"{shoppers.calls.results.total():,} calls, {shoppers.calls.failed.total():,} failed",
        )


def is_known(failed: str, services: Sequence[str]) -> bool:
    """Whether the older order_svc has not repeated a call that a process answered with CANCELLED when it stopped."""
    return services[0] != "order" and '"message":"CANCELLED"' in failed and failed.endswith(" 503")


@asynccontextmanager
async def shopping(envoy: Envoy) -> AsyncIterator[Shoppers]:
    """Orders, reads and streams go on until the block ends."""
    shoppers, stopping = Shoppers(), asyncio.Event()
    await shoppers.turn_to(envoy)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(shoppers.order_steadily(stopping))
        await eventually(lambda: len(shoppers.calls.orders) > ORDERS_PER_S, timeout_s=30)
        try:
            yield shoppers
        finally:
            stopping.set()
            await shoppers.stop_watching()


async def replace_service(mesh: RunningMesh, trees: Trees, tree: Path, service: str, envoy: Envoy) -> None:
    """Each process after the other, once all others serve."""
    module = SERVICES[service]
    patiently = partial(eventually, timeout_s=REPLACED_WITHIN_S, every_s=LOOKED_EVERY_S)
    trees.set(tree, module)
    for pid in mesh.pids_of(module):
        os.kill(pid, signal.SIGTERM)
        await patiently(partial(is_replaced, mesh, module, pid))
        await patiently(lambda: all_serve(mesh, envoy))


async def all_serve(mesh: RunningMesh, envoy: Envoy) -> bool:
    for service, (host, _, port) in ((name, mesh.address(name).rpartition(":")) for name in PORTS):
        for address in (f"{host}:{port}", f"{host}:{int(port) + REPLICA_STRIDE}"):
            if not await grpc_serving(address, service, mesh.tls)():
                return False
    return await envoy.sees_all()


async def replace_envoy(
    mesh: RunningMesh, trees: Trees, tree: Path, before: Envoy, shoppers: Shoppers, envoys: AsyncExitStack
) -> Envoy:
    """Another one serves before the first one is told to end."""
    envoy = await envoys.enter_async_context(envoy_of(mesh, trees, tree))
    await shoppers.turn_to(envoy)
    await before.stop()
    return envoy


async def revisions(mesh: RunningMesh) -> dict[str, str]:
    """Of each database."""
    found = {}
    for name in REVISIONS:
        async with mesh.database(name) as database:
            found[name] = await database.fetchval("SELECT version_num FROM alembic_version")
    return found


def tree_of(pid: int) -> Path:
    """Where a process has its code from."""
    return Path(os.readlink(f"/proc/{pid}/cwd"))
