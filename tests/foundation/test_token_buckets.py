"""Token buckets give what was promised, and a flood of keys takes no more memory than the limit of keys."""

from __future__ import annotations

import random

import pytest

from foundation.token_buckets import TokenBuckets


def admitted(buckets: TokenBuckets, key: str, times_s: list[float]) -> int:
    count = 0
    for now_s in times_s:
        if not buckets.wait_s(key, now_s):
            buckets.take(key, now_s)
            count += 1
    return count


@pytest.mark.parametrize(("requests", "period_s"), [(1, 1), (7, 60), (20, 86_400), (600, 60), (3, 0.1)])
def test_a_burst_of_all_tokens_and_then_the_rate(requests: int, period_s: float) -> None:
    buckets, began_s = TokenBuckets(requests, period_s), 1_000_000.1

    assert admitted(buckets, "a", [began_s] * (requests + 50)) == requests
    assert buckets.wait_s("a", began_s) == pytest.approx(period_s / requests)
    assert admitted(buckets, "b", [began_s] * (requests + 50)) == requests
    a_period_later = [began_s + period_s * n / 2000 for n in range(1, 2001)]
    assert admitted(buckets, "a", a_period_later) == min(requests, 2000)
    assert admitted(buckets, "a", [began_s + 10 * period_s] * (requests + 50)) == requests


def test_what_is_refused_takes_nothing() -> None:
    buckets = TokenBuckets(2, 60)

    admitted(buckets, "a", [0.0] * 1000)

    assert buckets.wait_s("a", 30.0) == 0


def test_a_million_keys_take_no_more_memory_than_allowed_and_give_it_back() -> None:
    buckets = TokenBuckets(3, 60, max_keys=1000)
    most = 0
    for n in range(1_000_000):
        admitted(buckets, f"10.{n}", [n * 1e-6])
        most = max(most, buckets.remembered)
    for n in range(2000):
        admitted(buckets, f"later {n}", [200.0 + n])

    assert most == 1000
    assert buckets.remembered <= 22


def test_a_flood_of_keys_at_random_never_admits_more_than_the_limit_to_one_that_is_remembered() -> None:
    buckets, rng = TokenBuckets(5, 1000, max_keys=50), random.Random(7)
    keys = [f"key {n}" for n in range(40)]

    counts = dict.fromkeys(keys, 0)
    for n in range(10_000):
        key = rng.choice(keys)
        counts[key] += admitted(buckets, key, [n * 1e-3])

    assert set(counts.values()) == {5}
