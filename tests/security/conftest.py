"""One mesh for the attacks of this folder; attacks that change the mesh permanently start a separate one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from deploy.local.shop import Refused, Shop
from tests.e2e.running_mesh import RunningMesh, running_mesh
from tests.folders import data_folder
from tests.polling import eventually
from tests.rate_limits.files import LIFTED
from tests.security.stage import Stage, a_stage

# Crashed processes back at once, frozen ones left alone, holds without an order soon ended, each attempt audited, and
# passwords that cost next to nothing.
SETTINGS = {
    "RESTART_BACKOFF_MAX_S": "0.1",
    "UNRESPONSIVE_AFTER_S": "3600",
    "UNPLACED_HOLD_S": "3",
    "RESERVATION_REAP_S": "0.5",
    "RATE_LIMITS_FILE": LIFTED,
    "AUDIT_REFUSALS_PER_MINUTE": "1000000",
    "ARGON2_TIME_COST": "1",
    "ARGON2_MEMORY_KIB": "64",
}


@pytest.fixture(scope="package")
def mesh() -> Iterator[RunningMesh]:
    with data_folder() as data_dir, running_mesh(data_dir, SETTINGS) as running:
        yield running


@pytest.fixture
async def http(mesh: RunningMesh) -> AsyncIterator[httpx.AsyncClient]:
    async with Shop.client(mesh.url) as client:
        yield client


@pytest.fixture
async def admin(http: httpx.AsyncClient) -> Shop:
    async def signed_in() -> Shop | None:
        try:
            return await Shop(http).login("admin@example.com", "Admin123!")
        except Refused:  # identity, which an attack before this has stopped, is just coming back
            return None

    return await eventually(signed_in, timeout_s=30)


@pytest.fixture(scope="module")
def stage(mesh: RunningMesh) -> Stage:
    return asyncio.run(a_stage(mesh))
