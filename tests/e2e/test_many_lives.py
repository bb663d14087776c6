"""Random lives of orders on two replicas, while processes are killed and operators retry jobs; see test_random_lives.

EASYORDER_TEST_LIVES [2000] is their number.
"""

from __future__ import annotations

import os

import pytest

from deploy.local.plain_http import plain_client
from deploy.local.shop import Shop
from tests.e2e import invariants
from tests.e2e.conftest import FAILPOINTS, SETTINGS
from tests.e2e.lives.shop import random_lives
from tests.e2e.running_mesh import running_mesh
from tests.e2e.test_random_lives import SEED
from tests.folders import data_folder
from tests.polling import eventually

LIVES = int(os.environ.get("EASYORDER_TEST_LIVES", "2000"))
MOST_ATTEMPTS = 12
# Charges go on while the payment process starts, and what nobody placed goes back before the end.
REPLICATED = SETTINGS | {
    "REPLICAS": "2",
    "PAYMENT_MAX_ATTEMPTS": str(MOST_ATTEMPTS),
    "PAYMENT_BACKOFF_MAX_S": "1",
    "UNPLACED_HOLD_S": "5",
    "RESERVATION_REAP_S": "1",
}


@pytest.mark.soak
@pytest.mark.timeout(900)
async def test_the_books_are_those_of_the_model_whatever_is_killed() -> None:
    with data_folder() as data_dir, running_mesh(data_dir, REPLICATED) as mesh:
        async with plain_client(mesh.url, timeout=20) as http:
            admin = await Shop(http).login("admin@example.com", "Admin123!")
            await random_lives(
                mesh,
                http,
                admin,
                seed=SEED,
                lives=LIVES,
                users=max(8, LIVES // 20),
                most_attempts=MOST_ATTEMPTS,
                failpoints=FAILPOINTS,
                kills=True,
            )
            await eventually(lambda: invariants.at_rest(mesh), timeout_s=60)
            await invariants.check(mesh)
