"""What commands print: tables for people, JSON for programs, and hints and progress on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import betterproto2
from easyorder_client import to_decimal
from easyorder_client.messages import Money
from rich import box
from rich.console import Console
from rich.table import Table

T = TypeVar("T")
Columns = Mapping[str, Callable[[T], object]]
# Where nobody looks at it, nothing is wrapped or cut off.
_FILE_WIDTH = 400


def console(*, stderr: bool = False) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _FILE_WIDTH
    return Console(stderr=stderr, width=width, markup=False, highlight=False, emoji=False)


def say(text: object) -> None:
    """A line for people, which is no part of the result."""
    console(stderr=True).print(clean(str(text)), soft_wrap=True)


def show(rows: Iterable[T], columns: Columns[T], *, as_json: bool, empty: str) -> None:
    """A table with a row for each, or a JSON array of them; `empty` says what to do if there is none."""
    found = list(rows)
    if as_json:
        print_json([plain(row) for row in found])
    elif not found:
        say(empty)
    else:
        table([[column(row) for column in columns.values()] for row in found], list(columns))


def show_one(message: T, fields: Columns[T], *, as_json: bool) -> None:
    """A message as lines of name and value, where there is one, or as JSON."""
    if as_json:
        print_json(plain(message))
        return
    found = [(name, text(field(message))) for name, field in fields.items()]
    table([row for row in found if row[1]])


def table(rows: Sequence[Sequence[object]], columns: Sequence[str] = ()) -> None:
    made = Table(*columns, box=box.SIMPLE_HEAD if columns else None, show_header=bool(columns), pad_edge=False)
    if not columns:
        made.add_column(style="bold")
        made.add_column()
    for row in rows:
        made.add_row(*[clean(text(cell)) for cell in row])
    console().print(made)


def print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2 if sys.stdout.isatty() else None))


def plain(message: Any) -> Any:
    """A message as the JSON API has it, or what else is to be printed as JSON."""
    return message.to_dict() if isinstance(message, betterproto2.Message) else message


def text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else ""
        case Money():
            return f"{to_decimal(value):,} {value.currency_code}"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M:%S}Z"
        case betterproto2.Enum():
            return str(value)
    return str(value)


def clean(value: str) -> str:
    """Without control characters: names and reasons are anybody's, and must not steer the terminal."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in value)
