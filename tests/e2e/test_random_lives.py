"""Random lives of orders: all replies and the books at the end are those of a model that shares no code with the shop.

EASYORDER_TEST_LIVES_SEED [0] is the seed: with the same one the lives make the same choices.
"""

from __future__ import annotations

import os

import httpx
import pytest

from deploy.local.shop import Shop
from tests.e2e import invariants
from tests.e2e.lives.shop import random_lives
from tests.e2e.running_mesh import RunningMesh
from tests.polling import eventually

SEED = int(os.environ.get("EASYORDER_TEST_LIVES_SEED", "0"))


@pytest.mark.timeout(120)
async def test_the_books_are_those_of_the_model(mesh: RunningMesh, http: httpx.AsyncClient, admin: Shop) -> None:
    await eventually(lambda: invariants.at_rest(mesh), timeout_s=60)

    await random_lives(mesh, http, admin, seed=SEED, lives=40, users=6, most_attempts=5)

    await eventually(lambda: invariants.at_rest(mesh), timeout_s=60)
    await invariants.check(mesh)
