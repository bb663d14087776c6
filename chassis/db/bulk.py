"""Many rows in one statement of constant text: sent as one JSON parameter, unpacked by the database.

One statement fires a statement-level trigger once, is prepared once whatever the number of rows, and works alike on
asyncpg and ODBC. Rows are plain dicts; Decimal, datetime, UUID and nested JSON are encoded by pydantic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Row, Table, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

# What a row says of the version that it is to meet.
EXPECTED_VERSION = "expected_version"
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


async def insert_rows(
    connection: AsyncSession | AsyncConnection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
) -> None:
    """Inserts rows that all have the same columns."""
    if rows:
        statement = text(inserting(table, tuple(rows[0])))
        await connection.execute(statement, {"rows": as_json(rows)})


async def update_rows(
    connection: AsyncSession | AsyncConnection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    match: Sequence[str],
    set_: Mapping[str, str] | None = None,
) -> Sequence[Row[Any]]:
    """Updates the rows whose `match` columns are equal, setting all other columns given; answers the ids updated.

    `set_` adds assignments as SQL, in which `t` is the table and `r` the row given:
    `{"row_version": "t.row_version + 1"}`.
    """
    if not rows:
        return []
    extra = tuple(sorted((set_ or {}).items()))
    # As a CTE: psqlODBC tells no columns of an UPDATE … RETURNING that met no row.
    update = updating(table, tuple(rows[0]), tuple(match), extra)
    statement = text(f"WITH updated AS ({update} RETURNING t.id) SELECT id FROM updated")
    return (await connection.execute(statement, {"rows": as_json(rows)})).all()


def as_json(rows: object) -> str:
    """The parameter that `recordset` unpacks."""
    return to_json(rows).decode()


def recordset(table: Table, columns: Sequence[str], alias: str = "r", *, expected_version: str | None = None) -> str:
    """A FROM item of the rows in the parameter `rows`, typed as the table's columns.

    `expected_version` names the column that gives the rows' column "expected_version" its type.
    """
    of_column = [(name, name) for name in columns] + (
        [(EXPECTED_VERSION, expected_version)] if expected_version else []
    )
    typed = ", ".join(f"{_quoted(name)} {table.c[column].type.compile(_DIALECT)}" for name, column in of_column)
    return f"jsonb_to_recordset(CAST(:rows AS jsonb)) AS {alias}({typed})"


@lru_cache(maxsize=256)
def inserting(table: Table, columns: tuple[str, ...]) -> str:
    """An INSERT of the rows in the parameter `rows`."""
    names = ", ".join(_quoted(name) for name in columns)
    return f"INSERT INTO {table.fullname} ({names}) SELECT {names} FROM {recordset(table, columns)}"


@lru_cache(maxsize=256)
def updating(
    table: Table,
    columns: tuple[str, ...],
    match: tuple[str, ...],
    extra: tuple[tuple[str, str], ...],
    expected_version: str | None = None,
) -> str:
    """An UPDATE by the rows in the parameter `rows`; `extra` are assignments in SQL.

    `expected_version` names a version column: the statement then has RETURNING id, and each row carries, as its column
    "expected_version", the value that the stored row must still have.
    """
    given = [name for name in columns if not (expected_version and name == EXPECTED_VERSION)]
    assignments = [f"{_quoted(name)} = r.{_quoted(name)}" for name in given if name not in match]
    assignments += [f"{_quoted(name)} = {expression}" for name, expression in extra]
    where = [f"t.{_quoted(name)} = r.{_quoted(name)}" for name in match]
    if expected_version:
        where.append(f"t.{_quoted(expected_version)} = r.{_quoted(EXPECTED_VERSION)}")
    returning = " RETURNING t.id" if expected_version else ""
    return (
        f"UPDATE {table.fullname} AS t SET {', '.join(assignments)} "
        f"FROM {recordset(table, given, expected_version=expected_version)} WHERE {' AND '.join(where)}{returning}"
    )


def _quoted(name: str) -> str:
    return f'"{name}"'
