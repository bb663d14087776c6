"""The projection that most entities need: rows copied as they are, newer versions only, in one statement."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Table, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db.projector import Change


class CopyProjection:
    """Copies the columns that `read_table` has, or those named. Both sides have `id` and `row_version`."""

    def __init__(self, read_table: Table, columns: Sequence[str] | None = None) -> None:
        stored = [column.name for column in read_table.columns if column.computed is None]
        names = list(columns) if columns is not None else stored
        self._upsert = _upsert(read_table.fullname, names, newer=">")
        self._repair = _upsert(read_table.fullname, names, newer=">=")

    async def apply(self, read: AsyncConnection, changes: Sequence[Change], *, repair: bool = False) -> None:
        images = "[" + ",".join(change.image_json for change in changes) + "]"
        await read.execute(self._repair if repair else self._upsert, {"images": images})


def _upsert(table: str, columns: Sequence[str], *, newer: str) -> TextClause:
    names = ", ".join(f'"{name}"' for name in columns)
    assignments = ", ".join(f'"{name}" = excluded."{name}"' for name in columns if name != "id")
    return text(
        f"INSERT INTO {table} AS present ({names}) "
        f"SELECT {names} FROM jsonb_populate_recordset(CAST(NULL AS {table}), CAST(:images AS jsonb)) "
        f"ON CONFLICT (id) DO UPDATE SET {assignments} WHERE excluded.row_version {newer} present.row_version"
    )
