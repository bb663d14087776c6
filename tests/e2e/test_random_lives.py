"""Random lives of orders on two replicas while processes are killed: replies and books are those of a model.

Other lives of the same kind, in one process: tests/order_svc/test_random_lives.py. EASYORDER_TEST_LIVES_SEED [0] is the
seed: with the same one they make the same choices.
"""

from __future__ import annotations

import os
from functools import partial

import pytest

from deploy.local.plain_http import plain_client
from deploy.local.shop import Shop
from tests.e2e import invariants
from tests.e2e.conftest import FAILPOINTS, SETTINGS
from tests.e2e.running_mesh import running_mesh
from tests.folders import data_folder
from tests.lives.fronts import MeshFront
from tests.lives.shop import RandomLives
from tests.polling import eventually

SEED = int(os.environ.get("EASYORDER_TEST_LIVES_SEED", "0"))
MOST_ATTEMPTS = 8
# A charge can wait for the payment process to start. Stock is held for longer than any call takes, and released before
# the end if no order got it.
REPLICATED = SETTINGS | {
    "REPLICAS": "2",
    "PAYMENT_MAX_ATTEMPTS": str(MOST_ATTEMPTS),
    "PAYMENT_BACKOFF_MAX_S": "1",
    "PAYMENT_ACTION_MINUTES": "0.1",
    "CALL_TIMEOUT_S": "10",
    "UNPLACED_HOLD_S": "20",
    "RESERVATION_REAP_S": "1",
}


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "lives", [pytest.param(60, marks=pytest.mark.soak), pytest.param(2000, marks=pytest.mark.load)]
)
async def test_the_books_are_those_of_the_model(lives: int) -> None:
    with data_folder() as data_dir, running_mesh(data_dir, REPLICATED) as mesh:
        async with plain_client(mesh.url, timeout=20) as http:
            admin = await Shop(http).login("admin@example.com", "Admin123!")
            random = RandomLives(MeshFront(mesh, http, admin), seed=SEED, most_attempts=MOST_ATTEMPTS)
            kills = partial(random.chaos.kill, mesh=mesh, failpoints=FAILPOINTS)

            await random.happen(lives, users=max(8, lives // 20), meanwhile=[random.chaos.retry_jobs, kills])

            await eventually(lambda: invariants.at_rest(mesh), timeout_s=60)
            await invariants.check(mesh)
