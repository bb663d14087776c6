"""Many rows in one statement of constant text: they are sent as one JSON parameter and unpacked by the database.

The statement fires a statement-level trigger once, is prepared once for any number of rows, and works the same on
asyncpg and ODBC. Rows are dicts or dataclasses; msgspec encodes what is in them, and the database converts it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import ColumnClause, TableClause, TextClause, column, text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import fetch


class SqlSink:
    """Stores entries in a table, one statement per batch."""

    def __init__(self, engine: AsyncEngine, table: TableClause) -> None:
        self._engine, self._table = engine, table

    async def __call__(self, entries: Sequence[Any]) -> None:
        await fetch(self._engine, _insert(self._table, columns_of(entries[0])), {"rows": as_json(entries)})


def in_order(names: str, **types: Any) -> list[ColumnClause[Any]]:
    """The columns of a textual query for `text(…).columns(*…)`, by their names in the order of the query.

    SQLAlchemy keeps what it knows of columns in order. Columns by name are looked up again for each result.
    """
    return [column(name, types.get(name)) for name in names.split()]


def as_json(rows: object) -> str:
    """The rows as a JSON parameter."""
    return msgspec.json.encode(rows).decode()


def columns_of(row: Any) -> tuple[str, ...]:
    """The columns of a dict or a dataclass."""
    return tuple(row if isinstance(row, Mapping) else [field.name for field in fields(row)])


def rows_of(table: TableClause) -> str:
    """A FROM item `r` of the rows in the parameter `rows`, with all columns of the table; missing values are NULL."""
    return f"jsonb_populate_recordset(CAST(NULL AS {table.fullname}), CAST(:rows AS jsonb)) AS r"


@lru_cache(maxsize=256)
def inserting(table: TableClause, columns: tuple[str, ...]) -> str:
    """An INSERT of the rows in the parameter `rows`."""
    names = ", ".join(f'"{name}"' for name in columns)
    return f"INSERT INTO {table.fullname} ({names}) SELECT {names} FROM {rows_of(table)}"


@lru_cache(maxsize=256)
def _insert(table: TableClause, columns: tuple[str, ...]) -> TextClause:
    return text(inserting(table, columns))


@lru_cache(maxsize=256)
def updating(table: TableClause, columns: tuple[str, ...], match: tuple[str, ...], add: tuple[str, ...]) -> str:
    """An UPDATE from the rows in the parameter `rows`; it increments the columns in `add` and returns 1 per row."""
    changes = [f'"{name}" = r."{name}"' for name in columns if name not in {*match, *add}]
    changes += [f'"{name}" = t."{name}" + r."{name}"' for name in add]
    if "modified_on" in table.c and "modified_on" not in columns:
        changes.append("modified_on = now()")
    met = " AND ".join(f't."{name}" = r."{name}"' for name in match)
    return f"UPDATE {table.fullname} AS t SET {', '.join(changes)} FROM {rows_of(table)} WHERE {met} RETURNING 1"
