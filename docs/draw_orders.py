"""Writes the tables of docs/orders.md: the moves of an order, what its jobs do when it goes on, what the books show.

The first is that of the code, the others are those that the tests try.

python docs/draw_orders.py           writes them
python docs/draw_orders.py --check   exit 1 if docs/orders.md shows anything else
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from order_svc.domain.status import MOVES, Status
from tests.order_svc import attempts_table, books_table

PAGE = Path(__file__).resolve().parent / "orders.md"
_DIAGRAM = re.compile(r"```mermaid\n.*?```", re.DOTALL)
_BOOKS = re.compile(r"\| moment \|.*?\n\n", re.DOTALL)
_JOBS = re.compile(r"\| job \|.*?\n\n", re.DOTALL)


def diagram() -> str:
    """MOVES as a mermaid state diagram."""
    in_words = "; ".join(f"{before} to {' or '.join(moves)}" for before, moves in MOVES.items() if moves)
    lines = ["stateDiagram-v2", "    accTitle: The statuses of an order", f"    accDescr: {in_words}"]
    lines += ["    [*] --> PENDING: CreateOrder, backordered", "    [*] --> CONFIRMED: CreateOrder"]
    for before, moves in MOVES.items():
        # A semicolon would end the line.
        lines += [f"    {before} --> {after}: {why.replace(';', ',')}" for after, why in moves.items()]
    lines += [f"    {status} --> [*]" for status in Status if not MOVES[status]]
    return "\n".join(["```mermaid", *lines, "```"])


def main() -> int:
    present = PAGE.read_text(encoding="utf-8")
    drawn = _DIAGRAM.sub(lambda _: diagram(), present)
    drawn = _JOBS.sub(lambda _: "\n".join([*attempts_table.markdown(), "", ""]), drawn)
    drawn = _BOOKS.sub(lambda _: "\n".join([*books_table.markdown(), "", ""]), drawn)
    if "--check" not in sys.argv:
        PAGE.write_text(drawn, encoding="utf-8")
    elif drawn != present:
        print("docs/orders.md does not show the tables; run python docs/draw_orders.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
