"""Lists all methods of the public contract in docs/contract.md.

python docs/list_methods.py           writes the table
python docs/list_methods.py --check   exit 1 if docs/contract.md shows anything else
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from chassis import contract
from chassis.context import Audience
from docs.tables import show

PAGE = Path(__file__).resolve().parent / "contract.md"
HEAD = "| method | HTTP | who may call it |\n|---|---|---|"
_TABLE = re.compile(rf"{re.escape(HEAD)}\n(?:\|.*\n)+")
_WHO = {Audience.PUBLIC: "anybody", Audience.USER: "users", Audience.ADMIN: "administrators"}


def table() -> str:
    public = [method for method in contract.methods().values() if not contract.is_internal(method.service)]
    return "\n".join([HEAD, *map(_row, public)]) + "\n"


def _row(method: contract.Method) -> str:
    name = f"`{method.service.rpartition('.')[2]}.{method.name}`"
    paths = ", ".join(f"`{binding.verb} {binding.path}`" for binding in method.http)
    who = ", ".join(name for audience, name in _WHO.items() if audience in method.access.allow)
    if method.access.owned:
        who = who.replace("users", "users (their own)")
    return f"| {name} | {paths} | {who}{' (planned)' if method.access.planned else ''} |"


if __name__ == "__main__":
    sys.exit(show(PAGE, _TABLE, table()))
