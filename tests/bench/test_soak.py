"""What of a mesh grows from the second tenth of many orders to the last one is named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.soak import TENTHS, Tenth, grown

FLAT = Tenth(
    orders=100,
    per_s=400,
    echo_per_s=3_000,
    p50_ms=80,
    p99_ms=150,
    cpu_ms=4,
    left_kb=10,
    connections=40,
    dead_rows=0.05,
    memory={"order": 140, "postgres": 192},
)


def test_what_is_flat_has_not_grown() -> None:
    # The first tenth meets cold caches.
    assert list(grown([replace(FLAT, p99_ms=1, memory={"order": 1}), *[FLAT] * (TENTHS - 1)])) == []


@pytest.mark.parametrize(
    ("last", "named"),
    [
        (replace(FLAT, p50_ms=120), "p50_ms: 80.0 in the second tenth, 120.0 in the last"),
        (replace(FLAT, p99_ms=300), "p99_ms: 150.0 in the second tenth, 300.0 in the last"),
        (replace(FLAT, cpu_ms=5), "cpu_ms: 4.0 in the second tenth, 5.0 in the last"),
        (replace(FLAT, left_kb=12), "left_kb: 10.0 in the second tenth, 12.0 in the last"),
        (replace(FLAT, connections=50), "connections: 40.0 in the second tenth, 50.0 in the last"),
        (replace(FLAT, memory={"order": 180, "postgres": 192}), "order, MB: 140 in the second tenth, 180 in the last"),
        (replace(FLAT, dead_rows=0.3), "30% of all rows are dead"),
    ],
)
def test_what_has_grown_is_named(last: Tenth, named: str) -> None:
    assert list(grown([FLAT, FLAT, last])) == [named]
