"""A short run of `make chaos`: processes are killed under load, and every promise is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.run import run

KILLS = 8


@pytest.mark.soak
@pytest.mark.timeout(300)
async def test_no_promise_is_broken(tmp_path: Path) -> None:
    outcome = await run(0, kills=KILLS, every_s=1.0, history=tmp_path / "history.jsonl")

    assert outcome.violations == []
    assert outcome.kills.total() >= KILLS
    # Nothing was checked where nothing happened.
    assert min(outcome.counts[name] for name in ("orders", "events", "items", "entries")) > 0
    assert outcome.recovered_s
