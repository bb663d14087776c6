"""What a long run found is kept in .cache/runs, for docs/trust.md: `python docs/show_trust.py --add` shows it there."""

from __future__ import annotations

import json
import os
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".cache/runs"


def keep(run: str, *found: str) -> None:
    """Keeps what the run `found`, in a few words each; an earlier result of the same run is replaced."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    result = {"run": run, "found": found, **where()}
    name = re.sub(r"\W+", "-", run)
    (FOLDER / f"{name}.json").write_text(json.dumps(result) + "\n", encoding="utf-8")


def where() -> dict[str, Any]:
    """The commit, the day, and the machine."""
    command = ["git", "rev-parse", "--short=8", "HEAD"]
    commit = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, encoding="utf-8").stdout.strip()
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit,
        "cpus": os.cpu_count(),
        "load": round(os.getloadavg()[2], 1),
    }
