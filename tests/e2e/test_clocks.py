"""The wall clock of a service steps by an hour or is wrong by seconds: nothing stops, and no caller notices."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from functools import partial

import httpx
import pytest

from chassis.clock import SystemClock
from deploy.local.mesh import SERVICES
from deploy.local.shop import Shop
from tests.e2e import invariants
from tests.e2e.closed_loop import ClosedLoop, ordering
from tests.e2e.conftest import SETTINGS, a_shopper
from tests.e2e.patient_clients import PatientClient, an_order_of
from tests.e2e.running_mesh import RunningMesh
from tests.e2e.settable_clocks import ALL, IS_INSTALLED, RIGHT_S, Clocks, mesh_with_clocks
from tests.e2e.test_shopping import a_stocked_product, watched
from tests.folders import data_folder
from tests.polling import eventually
from tests.security.test_holds_without_an_order import hold_without_an_order

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(not IS_INSTALLED, reason="needs Debian's faketime"),
]

# A wrong clock of a few seconds is common; a step of an hour is that of a machine that was set to local time.
STEPS_S = (5, -5, 3600, -3600, 0)
# Envoy's clock is not set with that of the database, and would refuse tokens of an hour ago.
QUICK = {"UNPLACED_HOLD_S": "0.5", "RESERVATION_REAP_S": "0.2", "ACCESS_TOKEN_LIFE_S": "7200"}
# How often a process reads its database's clock unless it notices a step.
READ_EVERY_S = 10
MOMENT_S = 2
WITHIN_S = 15
# One of each kind in every run: each takes both cores for ten seconds.
soak, load = (partial(pytest.param, marks=mark) for mark in (pytest.mark.soak, pytest.mark.load))


@pytest.fixture(scope="module")
def mesh_and_clocks() -> Iterator[tuple[RunningMesh, Clocks]]:
    with data_folder() as data_dir, mesh_with_clocks(data_dir, SETTINGS | QUICK) as running:
        yield running


@pytest.fixture
def mesh(mesh_and_clocks: tuple[RunningMesh, Clocks]) -> RunningMesh:
    return mesh_and_clocks[0]


@pytest.fixture
def clocks(mesh_and_clocks: tuple[RunningMesh, Clocks], monkeypatch: pytest.MonkeyPatch) -> Iterator[Clocks]:
    clocks = mesh_and_clocks[1]
    # Of the tokens that the test signs.
    monkeypatch.setattr(SystemClock, "ahead_s", time.time() - time.monotonic() + RIGHT_S)
    yield clocks
    clocks.set(0, *ALL)


async def a_retried_payment_is_made(shopper: Shop, item: str) -> None:
    """By a job that is put off, and is heard of on the order's stream and in the read side."""
    order = await shopper.order({item: 1}, "tok_flaky_2")
    await watched(shopper, order["id"])
    listed = await shopper.list_orders()
    assert [(one["id"], one["status"]) for one in listed["orders"]] == [(order["id"], "ORDER_STATUS_PAID")]


async def an_expired_hold_is_released(mesh: RunningMesh, item: str) -> None:
    """By regular work."""
    order_id = 2**62 + time.monotonic_ns()
    await hold_without_an_order(mesh, item, order_id=order_id)

    async def is_released() -> bool:
        async with mesh.database("easyorder_inventory_write") as inventory:
            state = await inventory.fetchval("SELECT state FROM reservation WHERE order_id = $1", order_id)
        return {"HELD": False, "EXPIRED": True}[state]

    await eventually(is_released, timeout_s=WITHIN_S)


async def orders_are_placed(loop: ClosedLoop) -> None:
    placed = len(loop.orders)
    await eventually(lambda: len(loop.orders) > placed + 20, timeout_s=WITHIN_S)


@pytest.mark.parametrize("service", [soak("order"), load("inventory"), load("payment"), load("identity")])
async def test_a_clock_is_set_while_orders_are_placed(
    mesh: RunningMesh, clocks: Clocks, http: httpx.AsyncClient, service: str
) -> None:
    admin = await Shop(http).login("admin@example.com", "Admin123!")
    item, other, *_ = (await a_stocked_product(admin, pieces=100_000)).ids
    async with ordering(mesh, admin.headers, [item], clients=2) as loop:
        for ahead_s in STEPS_S:
            clocks.set(ahead_s, service)
            async with asyncio.timeout(WITHIN_S):
                await a_retried_payment_is_made(await a_shopper(http), other)
                await an_expired_hold_is_released(mesh, other)
                await orders_are_placed(loop)

    assert loop.reasons().keys() == {"ordered"}
    await eventually(lambda: invariants.at_rest(mesh), timeout_s=60)
    await invariants.check(mesh, loop.orders)


@pytest.mark.parametrize("ahead_s", [soak(-3600), load(3600)])
async def test_the_clocks_of_all_are_set_at_once(
    mesh: RunningMesh, clocks: Clocks, http: httpx.AsyncClient, ahead_s: int
) -> None:
    """As when all run on one machine: calls may fail for a moment, until each process has asked its database."""
    admin = await Shop(http).login("admin@example.com", "Admin123!")
    item, other, *_ = (await a_stocked_product(admin, pieces=100_000)).ids
    async with ordering(mesh, admin.headers, [item], clients=2) as loop:
        await orders_are_placed(loop)
        for ahead in (ahead_s, 0):
            clocks.set(ahead, *ALL)
            await loop.lasts(MOMENT_S)
            soon_s = loop.now_s
            await a_retried_payment_is_made(await a_shopper(http), other)
            await loop.lasts(READ_EVERY_S)
            assert loop.reasons(soon_s).keys() == {"ordered"}
    assert loop.reasons().keys() <= {"ordered", "UNAVAILABLE"}

    await eventually(lambda: invariants.at_rest(mesh), timeout_s=60)
    await invariants.check(mesh, loop.orders)


@pytest.mark.parametrize("ahead_s", [soak(-3600), load(3600)])
async def test_a_process_starts_with_a_clock_that_is_wrong(
    mesh: RunningMesh, clocks: Clocks, http: httpx.AsyncClient, ahead_s: int
) -> None:
    admin = await Shop(http).login("admin@example.com", "Admin123!")
    item = (await a_stocked_product(admin, pieces=100_000)).ids[0]
    client, ended = PatientClient(http, admin.headers), asyncio.Event()

    async def one_after_the_other() -> None:
        while not ended.is_set():
            await client.order(an_order_of([item], "tok_ok"))

    clients = [asyncio.create_task(one_after_the_other()) for _ in range(4)]
    for service in ("order", "inventory", "payment", "identity"):
        clocks.set(ahead_s, service)
        killed = mesh.kill(SERVICES[service])
        await eventually(partial(_is_another, mesh, SERVICES[service], killed), timeout_s=WITHIN_S)
        done = len(client.acknowledged)
        await eventually(partial(_has_more, client, done + 50), timeout_s=WITHIN_S)
    ended.set()
    await asyncio.gather(*clients)

    await eventually(lambda: invariants.at_rest(mesh), timeout_s=60)
    await invariants.check(mesh, client.acknowledged.values())


def _has_more(client: PatientClient, orders: int) -> bool:
    return len(client.acknowledged) > orders


def _is_another(mesh: RunningMesh, module: str, killed: int) -> bool:
    return mesh.pid_of(module) not in (None, killed)
