"""Lists all reasons of errors, from the contract's enum ErrorReason, in docs/errors.md.

python docs/list_errors.py           writes the table
python docs/list_errors.py --check   exit 1 if docs/errors.md shows anything else
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from docs.tables import show
from edge.openapi.reasons import Reason, reasons

PAGE = Path(__file__).resolve().parent / "errors.md"
HEAD = "| reason | gRPC | HTTP | metadata | meaning, and what to do |\n|---|---|---|---|---|"
_TABLE = re.compile(r"\| reason \|.*\Z", re.DOTALL)


def table() -> str:
    return "\n".join([HEAD, *(_row(reason) for reason in reasons())]) + "\n"


def _row(reason: Reason) -> str:
    statuses = ", ".join(map(str, reason.http_statuses))
    keys = ", ".join(f"`{key}`" for key in reason.metadata)
    return f"| `{reason.name}` | {reason.code} | {statuses} | {keys} | {reason.meaning} |"


if __name__ == "__main__":
    sys.exit(show(PAGE, _TABLE, table()))
