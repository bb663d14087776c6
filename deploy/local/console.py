"""What a person at the terminal sees: every program's lines behind its name, each name in its colour."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TextIO

from rich import box
from rich.console import Console
from rich.table import Table

COLOURS = (36, 33, 35, 32, 34, 96, 93, 95)
BOLD = "1"


class PrefixedLines:
    """Writes lines as `order      | text`; coloured on a terminal unless NO_COLOR is set."""

    def __init__(self, stream: TextIO, *, width: int = 10, coloured: bool | None = None) -> None:
        self._stream = stream
        self._width = width
        self._coloured = stream.isatty() and not os.environ.get("NO_COLOR") if coloured is None else coloured
        self._colours: dict[str, str] = {"mesh": BOLD}

    def line(self, name: str, text: str) -> None:
        self._stream.write(f"{self._prefix(name)} {text}\n")
        self._stream.flush()

    def _prefix(self, name: str) -> str:
        prefix = f"{name:<{self._width}} |"
        if not self._coloured:
            return prefix
        colour = self._colours.setdefault(name, str(COLOURS[len(self._colours) % len(COLOURS)]))
        return f"\x1b[{colour}m{prefix}\x1b[0m"


def show_where(stream: TextIO, places: Mapping[str, str]) -> None:
    """A table of what is where."""
    table = Table(box=box.ROUNDED, show_header=False, title="EasyOrder is up", title_style="bold green")
    table.add_column(style="bold")
    table.add_column()
    for what, where in places.items():
        table.add_row(what, where)
    Console(file=stream).print(table)
