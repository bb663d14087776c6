"""Terminal output: every line is prefixed with its program's name, each name in its own colour."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO, TextIO, cast

from rich import box
from rich.console import Console
from rich.table import Table

COLOURS = (36, 33, 35, 32, 34, 96, 93, 95)
BOLD = "1"


class Terminal(io.TextIOBase):
    """A stream that may lose its reader: then it calls `on_closed` once and discards further output."""

    def __init__(self, stream: TextIO, *, on_closed: Callable[[], object]) -> None:
        self._stream = stream
        self._on_closed = on_closed

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._stream.encoding

    def isatty(self) -> bool:
        return self._stream.isatty()

    def fileno(self) -> int:
        return self._stream.fileno()

    def write(self, text: str) -> int:
        with self._until_closed():
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with self._until_closed():
            self._stream.flush()

    @contextmanager
    def _until_closed(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                return  # a line is lost: no reason to stop the shop
            # The stream's buffer is written there when the process ends.
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)
            self._on_closed()


class PrefixedLines:
    """Writes lines as `order      | text`; coloured on a terminal unless NO_COLOR is set."""

    def __init__(self, stream: IO[str] | Terminal, *, width: int = 10, coloured: bool | None = None) -> None:
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


def show_where(stream: IO[str] | Terminal, places: Mapping[str, str]) -> None:
    """Shows a table of names and places."""
    table = Table(box=box.ROUNDED, show_header=False, title="EasyOrder is up", title_style="bold green")
    table.add_column(style="bold")
    table.add_column()
    for what, where in places.items():
        table.add_row(what, where)
    Console(file=cast(IO[str], stream)).print(table)
