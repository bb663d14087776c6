"""kill -9 between two steps, at each failpoint: all invariants hold afterwards.

A normal test run tries one failpoint, `make soak` tries all, EASYORDER_TEST_CRASH_RUNS [1] times each.
"""

from __future__ import annotations

import asyncio
import itertools
import os

import httpx
import pytest

from deploy.local.shop import Shop
from tests.e2e import invariants
from tests.e2e.conftest import FAILPOINTS
from tests.e2e.patient_clients import PatientClient, an_order_of
from tests.e2e.running_mesh import RunningMesh
from tests.e2e.test_shopping import a_stocked_product
from tests.polling import eventually

# Money has moved, and nobody has written it down.
ALWAYS = "charged_not_recorded"
SOAK = [pytest.mark.soak]
RUNS = int(os.environ.get("EASYORDER_TEST_CRASH_RUNS", "1"))
ORDERS = 24
TOKENS = ("tok_ok", "tok_ok", "tok_flaky_1", "tok_ok", "tok_lost_reply", "tok_declined")


@pytest.mark.parametrize("run", range(RUNS))
@pytest.mark.parametrize("point", [pytest.param(point, marks=[] if point == ALWAYS else SOAK) for point in FAILPOINTS])
async def test_a_crash_there_loses_and_doubles_nothing(
    mesh: RunningMesh, http: httpx.AsyncClient, admin: Shop, point: str, run: int
) -> None:
    counter = await a_stocked_product(admin, pieces=ORDERS)
    client = PatientClient(http, admin.headers)
    tokens = itertools.islice(itertools.cycle(TOKENS), ORDERS)
    bodies = [an_order_of(counter.ids[:2], token) for token in tokens]

    mesh.arm(point)
    placed = await client.order_all(bodies)
    # Some before they are paid, some while they are, some after.
    await asyncio.gather(*[client.cancel(order["id"]) for order in placed[::4]])
    await eventually(lambda: mesh.has_fired(point), timeout_s=20)

    assert len(set(client.acknowledged.values())) == ORDERS
    again = await client.order_all(bodies)
    assert [order["id"] for order in again] == [order["id"] for order in placed]
    await eventually(lambda: invariants.at_rest(mesh), timeout_s=60)
    await invariants.check(mesh, set(client.acknowledged.values()))
