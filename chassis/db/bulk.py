"""Many rows in one statement of constant text: sent as one JSON parameter, unpacked by the database.

One statement fires a statement-level trigger once, is prepared once whatever the number of rows, and works alike on
asyncpg and ODBC. Rows are plain dicts; Decimal, datetime, UUID and nested JSON are encoded by pydantic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Row, Table, TextClause, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


async def insert_rows(
    connection: AsyncSession | AsyncConnection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    skip_existing: bool = False,
) -> None:
    """Inserts rows that all have the same columns. `skip_existing` leaves out those that hit a unique key."""
    if rows:
        statement = _insert(table, tuple(rows[0]), skip_existing)
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
    result = await connection.execute(_update(table, tuple(rows[0]), tuple(match), extra), {"rows": as_json(rows)})
    return result.all()


def as_json(rows: object) -> str:
    """The parameter that `recordset` unpacks."""
    return to_json(rows).decode()


def recordset(table: Table, columns: Sequence[str], alias: str = "r") -> str:
    """A FROM item of the rows in the parameter `rows`, typed as the table's columns."""
    typed = ", ".join(f"{_quoted(name)} {table.c[name].type.compile(_DIALECT)}" for name in columns)
    return f"jsonb_to_recordset(CAST(:rows AS jsonb)) AS {alias}({typed})"


@lru_cache(maxsize=256)
def _insert(table: Table, columns: tuple[str, ...], skip_existing: bool) -> TextClause:
    names = ", ".join(_quoted(name) for name in columns)
    conflict = " ON CONFLICT DO NOTHING" if skip_existing else ""
    return text(f"INSERT INTO {table.fullname} ({names}) SELECT {names} FROM {recordset(table, columns)}{conflict}")


@lru_cache(maxsize=256)
def _update(
    table: Table, columns: tuple[str, ...], match: tuple[str, ...], extra: tuple[tuple[str, str], ...]
) -> TextClause:
    assignments = [f"{_quoted(name)} = r.{_quoted(name)}" for name in columns if name not in match]
    assignments += [f"{_quoted(name)} = {expression}" for name, expression in extra]
    where = " AND ".join(f"t.{_quoted(name)} = r.{_quoted(name)}" for name in match)
    # As a CTE: psqlODBC tells no columns of an UPDATE … RETURNING that met no row.
    return text(
        f"WITH updated AS (UPDATE {table.fullname} AS t SET {', '.join(assignments)} "
        f"FROM {recordset(table, columns)} WHERE {where} RETURNING t.id) SELECT id FROM updated"
    )


def _quoted(name: str) -> str:
    return f'"{name}"'
