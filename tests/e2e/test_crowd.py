"""A thousand concurrent orders (EASYORDER_TEST_CROWD): each ends as expected, and the books agree."""

from __future__ import annotations

import pytest

from deploy.local.shop import Shop
from tests.e2e.crowd import CHARGED, MIXED, all_end_as_they_should, many_connections
from tests.e2e.running_mesh import RunningMesh


@pytest.mark.load
@pytest.mark.timeout(240)
async def test_all_are_paid(mesh: RunningMesh, admin: Shop) -> None:
    async with many_connections(mesh) as http:
        await all_end_as_they_should(mesh, http, admin, [CHARGED])


@pytest.mark.soak
@pytest.mark.timeout(240)
async def test_some_cards_fail_and_some_shoppers_leave(mesh: RunningMesh, admin: Shop) -> None:
    async with many_connections(mesh) as http:
        await all_end_as_they_should(mesh, http, admin, MIXED)
