"""CSV (RFC 4180) for exports, in parts that are small enough for a message, and without formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, tzinfo

_PART_CHARACTERS = 256 * 1024
# A spreadsheet treats text that begins so as a formula (OWASP, "CSV Injection"), some also in its full-width form.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def lines(rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """A line for each row: a page of large rows would not fit into a message. No text of a cell is a formula."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    for row in rows:
        writer.writerow([f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell for cell in row])
        if written.tell() >= _PART_CHARACTERS:
            yield written.getvalue().encode()
            written.seek(0)
            written.truncate()
    if written.tell():
        yield written.getvalue().encode()


def time_cell(value: datetime | None, zone: tzinfo = UTC) -> str:
    return value.astimezone(zone).isoformat() if value else ""
