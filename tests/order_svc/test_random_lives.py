"""Random lives of orders in one process: all replies and the books are those of a model that shares no code with them.

`make soak` has more of them, on two replicas that are killed: tests/e2e/test_random_lives.py. EASYORDER_TEST_LIVES_SEED
[0] is the seed: with the same one the lives make the same choices.
"""

from __future__ import annotations

import os

from tests.conftest import DatabasesOf
from tests.e2e import invariants
from tests.lives.fronts import OneProcessFront
from tests.lives.shop import RandomLives
from tests.order_svc.whole_shop import whole_shop
from tests.polling import eventually

SEED = int(os.environ.get("EASYORDER_TEST_LIVES_SEED", "0"))
LIVES = 40
MOST_ATTEMPTS = 6
QUICK = {
    "payment_max_attempts": MOST_ATTEMPTS,
    "payment_backoff_initial_s": 0.1,
    "payment_backoff_max_s": 1,
    "payment_timeout_s": 1.5,
    "payment_action_minutes": 0.05,
    "job_lease_s": 5,
    "unplaced_hold_s": 15,
    "reservation_reap_s": 1,
    "drain_grace_s": 0,
}


async def test_the_books_are_those_of_the_model(databases_of: DatabasesOf) -> None:
    urls = {**await databases_of("inventory_svc"), **await databases_of("order_svc.payment")}
    async with whole_shop({**urls, **await databases_of("order_svc")}, replicas=2, **QUICK) as shop:
        lives = RandomLives(OneProcessFront(shop), seed=SEED, most_attempts=MOST_ATTEMPTS)

        await lives.happen(LIVES, users=6, meanwhile=[lives.chaos.retry_jobs])

        await eventually(lambda: invariants.at_rest(shop), timeout_s=60)
        await invariants.check(shop)
