"""Somebody holds one row for half a minute: whatever does not need it goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from deploy.local.shop import Shop
from tests.e2e import invariants
from tests.e2e.bare_http import DEADLINE_S
from tests.e2e.closed_loop import ordering
from tests.e2e.conftest import SETTINGS
from tests.e2e.running_mesh import RunningMesh, running_mesh
from tests.e2e.test_shopping import a_stocked_product
from tests.folders import data_folder
from tests.polling import eventually

pytestmark = [pytest.mark.load, pytest.mark.timeout(240)]

CLIENTS = 32
WARM_S, BEFORE_S, HELD_S = 5.0, 20.0, 30.0


@pytest.fixture
def mesh() -> Iterator[RunningMesh]:
    with data_folder() as data_dir, running_mesh(data_dir, SETTINGS) as running:
        yield running


@asynccontextmanager
async def locked(mesh: RunningMesh, database: str, row: str) -> AsyncIterator[None]:
    async with mesh.database(database) as connection, connection.transaction():
        await connection.execute(f"SELECT FROM {row} FOR UPDATE")
        yield


async def test_a_locked_item_costs_its_own_orders(mesh: RunningMesh, admin: Shop) -> None:
    stuck, free = [(await a_stocked_product(admin, pieces=100_000)).ids[:1] for _ in range(2)]

    async with (
        ordering(mesh, admin.headers, free, clients=CLIENTS) as others,
        ordering(mesh, admin.headers, stuck, clients=4) as own,
    ):
        await others.lasts(WARM_S + BEFORE_S)
        begins = others.now_s
        async with locked(mesh, "easyorder_inventory_write", f"inventory WHERE id = {stuck[0]}"):
            await others.lasts(HELD_S)
            ends = others.now_s
        await eventually(lambda: own.reasons(ends)["ordered"] > 4)

    before, meanwhile = (WARM_S, begins), (begins, ends)
    figures = f"rates {others.rate(*before):.0f} {others.rate(*meanwhile):.0f}, "
    figures += f"p99 {others.p99_s(*before):.3f} {others.p99_s(*meanwhile):.3f}, {own.reasons(*meanwhile)}"
    print(figures)
    assert set(others.reasons()) == {"ordered"}, figures
    refusals = own.asked_between(*meanwhile)
    assert {answer.reason for answer in refusals} == {"LOCKED"}, figures
    assert all(answer.status == 503 and answer.headers["retry-after"] for answer in refusals)
    assert max(answer.took_s for answer in refusals) < DEADLINE_S
    assert others.rate(*meanwhile) >= 0.9 * others.rate(*before), figures
    assert others.p99_s(*meanwhile) <= 2 * others.p99_s(*before), figures
    await eventually(lambda: invariants.at_rest(mesh), timeout_s=30)
    await invariants.check(mesh, others.orders | own.orders)


async def test_a_locked_order_costs_itself_only(mesh: RunningMesh, admin: Shop) -> None:
    items = (await a_stocked_product(admin, pieces=100_000)).ids[:1]
    placed = await admin.order({items[0]: 1}, "tok_ok")
    number = (await invariants.order_ids(mesh)).order_number(placed["id"])

    async with ordering(mesh, admin.headers, items, clients=CLIENTS) as others:
        await others.lasts(WARM_S + BEFORE_S)
        begins = others.now_s
        async with locked(mesh, "easyorder_order_write", f"orders WHERE id = {number}"):
            async with Shop.client(mesh.url) as http:
                while others.now_s < begins + HELD_S:
                    body = {"reason": "changed my mind"}
                    answer = await http.post(
                        f"/api/v1/orders/{placed['id']}:cancel", json=body, headers=admin.headers, timeout=DEADLINE_S
                    )
                    assert (answer.status_code, answer.json()["details"][0]["reason"]) == (503, "LOCKED")
                    # As told: calls without a pause are a load of their own.
                    await others.lasts(float(answer.headers["retry-after"]))
            ends = others.now_s
        await admin.cancel(placed["id"], "changed my mind")

    before, meanwhile = (WARM_S, begins), (begins, ends)
    figures = f"rates {others.rate(*before):.0f} {others.rate(*meanwhile):.0f}, "
    figures += f"p99 {others.p99_s(*before):.3f} {others.p99_s(*meanwhile):.3f}"
    print(figures)
    assert set(others.reasons()) == {"ordered"}, figures
    assert others.rate(*meanwhile) >= 0.9 * others.rate(*before), figures
    assert others.p99_s(*meanwhile) <= 2 * others.p99_s(*before), figures
    await eventually(lambda: invariants.at_rest(mesh), timeout_s=30)
    await invariants.check(mesh, others.orders)
