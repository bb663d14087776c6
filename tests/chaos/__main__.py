"""`python -m tests.chaos`: real faults on a real mesh of two replicas, and what came of them.

python -m tests.chaos --kills 3000 --seed 1       runs of 100 kills, with the seeds 1, 2, …; 1 if a promise was broken
python -m tests.chaos --kills 100 --seed 7        the same choices as in the run with this seed
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.chaos.run import Outcome, run
from tests.long_runs import where

ROOT = Path(__file__).resolve().parents[2]
KILLS_OF_A_RUN = 100


def main() -> int:
    arguments = _arguments()
    folder: Path = arguments.folder
    folder.mkdir(parents=True, exist_ok=True)
    outcomes: list[Outcome] = []
    killed = 0
    while killed < arguments.kills:
        seed = arguments.seed + len(outcomes)
        kills = min(KILLS_OF_A_RUN, arguments.kills - killed)
        began = datetime.now(UTC)
        outcome = asyncio.run(run(seed, kills=kills, every_s=arguments.every, history=folder / f"history-{seed}.jsonl"))
        outcomes.append(outcome)
        killed += outcome.kills.total()
        print(f"seed {seed}: {outcome.kills.total()} kills in {(datetime.now(UTC) - began).seconds} s", flush=True)
        print("\n".join(outcome.violations) or "no violation", flush=True)
        results = summary(outcomes)
        (folder / "results.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
        if not outcome.kills:
            break  # it would go on for ever
    return int(bool(results["violations"]))


def summary(outcomes: list[Outcome]) -> dict[str, Any]:
    """What docs/trust.md is made from."""
    kills, failpoints, faults, counts = (
        sum((getattr(outcome, name) for outcome in outcomes), Counter[str]())
        for name in ("kills", "failpoints", "faults", "counts")
    )
    seconds: dict[str, list[float]] = {}
    for outcome in outcomes:
        for process, recovered in outcome.recovered_s.items():
            seconds.setdefault(process, []).extend(recovered)
    here = where()
    return {
        "date": here["date"],
        "commit": here["commit"],
        "cpus": here["cpus"],
        "seeds": [outcome.seed for outcome in outcomes],
        "kills": dict(sorted(kills.items())),
        "failpoints": dict(sorted(failpoints.items())),
        "faults": dict(sorted(faults.items())),
        "counts": dict(counts),
        "recovered_s": {
            process: [round(found, 2) for found in sorted(times)] for process, times in sorted(seconds.items())
        },
        "settled_s": [round(outcome.settled_s, 1) for outcome in outcomes],
        "load": [round(outcome.load, 1) for outcome in outcomes],
        "violations": [violation for outcome in outcomes for violation in outcome.violations],
    }


def _arguments() -> Any:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=3_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=float, default=2.0, help="seconds between two faults, on average")
    parser.add_argument("--folder", type=Path, default=ROOT / ".cache" / "chaos", help="of histories and results.json")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
