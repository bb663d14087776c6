"""Tables of pages that are made from the code."""

from __future__ import annotations

import re
import sys
from pathlib import Path


def show(page: Path, place: re.Pattern[str], table: str) -> int:
    """Writes the table into its place in the page; with `--check` it returns 1 if the page shows anything else."""
    present = page.read_text(encoding="utf-8")
    listed = place.sub(lambda _: table, present)
    if "--check" not in sys.argv:
        page.write_text(listed, encoding="utf-8")
    elif listed != present:
        print(f"docs/{page.name} is not what the code says; run python docs/{Path(sys.argv[0]).name}")
        return 1
    return 0
