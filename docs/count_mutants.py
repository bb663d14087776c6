"""Counts the results of `make mutate` into docs/mutants.json, which docs/show_trust.py shows.

python docs/count_mutants.py "how they came about"
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "docs/mutants.json"
# The exit codes that mutmut keeps; it is None for mutants that were not run.
_MEANS = {37: "refused", 1: "killed", 3: "killed", 0: "survived", 33: "untested", 5: "untested", None: "not_run"}


def counted(codes: Iterable[tuple[str, int | None]]) -> dict[str, dict[str, int]]:
    """The results by service, of mutants by name. Any other exit code is that of a run that was ended."""
    by_service: dict[str, Counter[str]] = {}
    for name, code in codes:
        by_service.setdefault(name.partition(".")[0], Counter())[_MEANS.get(code, "ended")] += 1
    return {service: dict(sorted(counts.items())) for service, counts in sorted(by_service.items())}


def _codes(folder: Path) -> Iterable[tuple[str, int | None]]:
    for kept in sorted(folder.rglob("*.meta")):
        codes: Mapping[str, Any] = json.loads(kept.read_text(encoding="utf-8"))["exit_code_by_key"]
        yield from codes.items()


if __name__ == "__main__":
    command = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, encoding="utf-8")
    result = {
        "date": str(datetime.now(UTC).date()),
        "commit": commit.stdout.strip(),
        "how": sys.argv[1],
        "services": counted(_codes(ROOT / "mutants")),
    }
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
