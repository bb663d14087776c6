"""An idle mesh uses little of the machine."""

from __future__ import annotations

import sys

import pytest

from bench.idle import idle_mesh, memory_mb

# 695 where nothing else shares the libraries' pages: since 630, metrics, webhooks and pages took 65 of them.
MEMORY_MB = 760


@pytest.mark.soak
@pytest.mark.timeout(180)
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="shared memory is counted by Linux")
def test_an_idle_mesh_stays_within_its_memory() -> None:
    with idle_mesh() as processes:
        found = memory_mb(processes)

    assert sum(found.values()) <= MEMORY_MB, found
