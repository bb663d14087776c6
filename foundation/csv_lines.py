"""CSV (RFC 4180) for exports, in parts that are small enough for a message."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

_PART_CHARACTERS = 256 * 1024
# A spreadsheet would treat such text as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def lines(rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """A line for each row: a page of large rows would not fit into a message."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    for row in rows:
        writer.writerow(row)
        if written.tell() >= _PART_CHARACTERS:
            yield written.getvalue().encode()
            written.seek(0)
            written.truncate()
    if written.tell():
        yield written.getvalue().encode()


def time_cell(value: datetime | None) -> str:
    return value.isoformat() if value else ""


def text_cell(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value
