"""Processes are replaced while orders come steadily, and no call fails: not one of Envoy's, of a service, or of a job.

Both sides are of this version; tests/e2e/test_rolling_versions.py has two.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import httpx
import pytest

from chassis.settings import PORTS
from deploy.local.config import REPLICA_STRIDE
from deploy.local.front_door import admin_client
from deploy.local.mesh import SERVICES
from deploy.local.readiness import grpc_serving
from deploy.local.shop import Shop
from tests.e2e import invariants
from tests.e2e.bare_http import BareClient, Reply
from tests.e2e.conftest import SETTINGS
from tests.e2e.crowd import many_connections
from tests.e2e.patient_clients import Json, an_order_of
from tests.e2e.running_mesh import RunningMesh, running_mesh
from tests.e2e.test_shopping import a_stocked_product
from tests.folders import data_folder
from tests.polling import eventually, keeping_pace

# Half of them orders. A machine half as fast has a processor left for the processes that start.
CALLS_PER_S = 30
WATCHERS = 5
REPLACED_WITHIN_S = 60
# Looking takes time that the calls need.
LOOKED_EVERY_S = 0.3


@dataclass
class Calls:
    """What became of each call, by what was called; nothing is repeated by its client."""

    results: Counter[str] = field(default_factory=Counter)
    orders: list[str] = field(default_factory=list)

    @property
    def failed(self) -> Counter[str]:
        return Counter({what: times for what, times in self.results.items() if not what.endswith("200")})

    async def make(self, client: BareClient, method: str, path: str, body: Json | None = None) -> Reply | None:
        try:
            answer = await client.request(method, path, json=body)
        except (OSError, EOFError) as error:
            self.results[f"{method} {error!r}"] += 1
            return None
        reason = "" if answer.is_success else f" {answer.text[:300]}"
        self.results[f"{method}{reason} {answer.status_code}"] += 1
        return answer


@pytest.fixture
def mesh() -> Iterator[RunningMesh]:
    with data_folder() as data_dir, running_mesh(data_dir, SETTINGS | {"REPLICAS": "2"}) as running:
        yield running


@pytest.mark.load
@pytest.mark.timeout(240)
async def test_both_machines_of_a_mesh_are_replaced(mesh: RunningMesh) -> None:
    """As they are where each has one process of every service."""
    async with calling(mesh) as calls:
        machines = list(zip(*map(mesh.pids_of, SERVICES.values()), strict=True))
        assert len(machines) == 2
        for machine in machines:
            await replace(mesh, dict(zip(SERVICES.values(), machine, strict=True)))
    await nothing_failed(mesh, calls)


@pytest.mark.load
@pytest.mark.timeout(900)
@pytest.mark.parametrize("services", [list(SERVICES), [*reversed(SERVICES)]], ids=["from identity on", "from edge on"])
async def test_process_by_process(mesh: RunningMesh, services: Sequence[str]) -> None:
    async with calling(mesh) as calls:
        for module in [SERVICES[service] for service in services]:
            for pid in mesh.pids_of(module):
                await replace(mesh, {module: pid})
    await nothing_failed(mesh, calls)


async def replace(mesh: RunningMesh, pids: dict[str, int]) -> None:
    """Ends the processes as an orchestrator does; `make up` starts others in their place. Returns once all serve."""
    for pid in pids.values():
        os.kill(pid, signal.SIGTERM)
    patiently = partial(eventually, timeout_s=REPLACED_WITHIN_S, every_s=LOOKED_EVERY_S)
    await patiently(lambda: all(is_replaced(mesh, *of) for of in pids.items()))
    await patiently(lambda: all_serve(mesh))


def is_replaced(mesh: RunningMesh, module: str, pid: int) -> bool:
    running = mesh.pids_of(module)
    return len(running) == 2 and pid not in running


async def all_serve(mesh: RunningMesh) -> bool:
    """Whether all processes report so, and Envoy sends calls to each."""
    for service, (host, _, port) in ((name, mesh.address(name).rpartition(":")) for name in PORTS):
        for address in (f"{host}:{port}", f"{host}:{int(port) + REPLICA_STRIDE}"):
            if not await grpc_serving(address, service, mesh.tls)():
                return False
    async with admin_client(mesh.data_dir / "envoy" / "admin.sock") as envoy:
        clusters = (await envoy.get("/clusters", params={"format": "json"})).json()["cluster_statuses"]
    hosts = [host for cluster in clusters for host in cluster.get("host_statuses", ())]
    return not any(host["health_status"].get("failed_active_health_check") for host in hosts)


@asynccontextmanager
async def calling(mesh: RunningMesh) -> AsyncIterator[Calls]:
    """Orders, reads and streams go on until the block ends."""
    calls, stopping = Calls(), asyncio.Event()
    async with many_connections(mesh) as http, asyncio.TaskGroup() as tasks:
        admin = await Shop(http).login("admin@example.com", "Admin123!")
        items = [item for _ in range(8) for item in (await a_stocked_product(admin, pieces=1_000_000)).ids]
        http.headers.update(admin.headers)
        client = BareClient(mesh.http_address, dict(admin.headers))
        tasks.create_task(steadily(client, items, calls, stopping))
        watching = [tasks.create_task(watch(http, calls)) for _ in range(WATCHERS)]
        await eventually(lambda: calls.results["WATCH 200"] == WATCHERS and len(calls.orders) > CALLS_PER_S)
        try:
            yield calls
        finally:
            stopping.set()
            for task in watching:
                task.cancel()


async def steadily(client: BareClient, items: Sequence[str], calls: Calls, stopping: asyncio.Event) -> None:
    now = asyncio.get_running_loop().time
    begins = now()
    async with asyncio.TaskGroup() as tasks:
        for number in itertools.count():
            await keeping_pace(begins + number / CALLS_PER_S)
            if stopping.is_set():
                return
            call = order(client, items[number % len(items)], calls) if number % 2 else read(client, number, calls)
            tasks.create_task(call)


async def order(client: BareClient, item: str, calls: Calls) -> None:
    answer = await calls.make(client, "POST", "/api/v1/orders", an_order_of([item], "tok_ok"))
    if answer and answer.is_success:
        calls.orders.append(answer.json()["id"])


async def read(client: BareClient, number: int, calls: Calls) -> None:
    paths = ["/api/v1/products?pageSize=5", "/api/v1/orders?pageSize=5", "/api/v1/users/me", "/"]
    await calls.make(client, "GET", paths[number // 2 % len(paths)])


async def watch(http: httpx.AsyncClient, calls: Calls) -> None:
    """Follows orders, and goes on where a stream ended because its process stops."""
    token = ""
    while True:
        headers = {"accept": "text/event-stream"} | ({"last-event-id": token} if token else {})
        try:
            async with http.stream("GET", "/api/v1/orders:watch", headers=headers, timeout=60) as stream:
                reason = "" if stream.is_success else f" {(await stream.aread())[:300]!r}"
                calls.results[f"WATCH{reason} {stream.status_code}"] += 1
                async for line in stream.aiter_lines():
                    if line.startswith("data:"):
                        token = json.loads(line.removeprefix("data:")).get("resumeToken") or token
        except httpx.HTTPError as error:
            calls.results[f"WATCH {error!r}"] += 1
        await keeping_pace(asyncio.get_running_loop().time() + 0.1)


async def nothing_failed(mesh: RunningMesh, calls: Calls) -> None:
    print(f"{sum(calls.results.values())} calls, of them {len(calls.orders)} orders")
    assert not calls.failed
    assert calls.results["WATCH 200"] > WATCHERS, "no stream moved to another process"
    await eventually(lambda: invariants.at_rest(mesh), timeout_s=60)
    await invariants.check(mesh, set(calls.orders))
    assert "end the process" not in mesh.log
