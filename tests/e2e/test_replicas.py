"""Two replicas of every service share the work, and one of each may die during it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import httpx
import pytest

from deploy.local.mesh import SERVICES
from deploy.local.shop import Shop
from tests.e2e import test_repeats
from tests.e2e.conftest import SETTINGS
from tests.e2e.crowd import MIXED, Crowd, all_end_as_they_should, many_connections
from tests.e2e.running_mesh import RunningMesh, running_mesh
from tests.folders import data_folder
from tests.polling import eventually

# Orders are under way when each of them is killed.
KILLED_AT = {"order_svc": 0.2, "inventory_svc": 0.35, "order_svc.payment": 0.5, "identity_svc": 0.65, "edge": 0.8}


@pytest.fixture
def mesh() -> Iterator[RunningMesh]:
    with data_folder() as data_dir, running_mesh(data_dir, SETTINGS | {"REPLICAS": "2"}) as running:
        yield running


def _runs_twice(mesh: RunningMesh, module: str) -> bool:
    return len(mesh.pids_of(module)) == 2


@pytest.mark.soak
@pytest.mark.timeout(300)
async def test_equal_calls_at_once_get_one_response(http: httpx.AsyncClient, admin: Shop, shopper: Shop) -> None:
    for _ in range(3):
        await test_repeats.test_calls_for_an_order(http, admin, shopper)
        await test_repeats.test_calls_for_the_catalogue(http, admin)
        await test_repeats.test_calls_for_a_code(http, admin)


@pytest.mark.soak
@pytest.mark.timeout(300)
async def test_one_of_each_is_killed_midway(mesh: RunningMesh) -> None:
    assert set(KILLED_AT) == set(SERVICES.values())

    async def kill_one_of_each(crowd: Crowd) -> None:
        for module, share in KILLED_AT.items():
            assert len(mesh.pids_of(module)) == 2
            await crowd.reaches(share)
            mesh.kill(module)

    async with many_connections(mesh) as http:
        admin = await Shop(http).login("admin@example.com", "Admin123!")
        await all_end_as_they_should(mesh, http, admin, MIXED, meanwhile=kill_one_of_each)

    for module in SERVICES.values():
        await eventually(partial(_runs_twice, mesh, module), timeout_s=20)
