"""The projection that most entities need: rows copied as they are, newer versions only, in one statement."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Table, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db.bulk import as_json


class CopyProjection:
    """Copies the columns that `read_table` has, or those named. Both sides have `id` and `row_version`."""

    def __init__(self, read_table: Table, columns: Sequence[str] | None = None) -> None:
        stored = [column.name for column in read_table.columns if column.computed is None]
        names = list(columns) if columns is not None else stored
        self._upsert = _upsert(read_table.fullname, names)
        self._ids, self._ids_after, self._remove = _listing(read_table.fullname)

    def applying(self, images: str, *, repair: bool) -> str:
        return self._upsert(images, ">=" if repair else ">")

    async def ids(self, read: AsyncConnection, after: str | None, limit: int) -> Sequence[str]:
        if after is None:
            return (await read.execute(self._ids, {"limit": limit})).scalars().all()
        position = {"after": as_json([{"id": after}]), "limit": limit}
        return (await read.execute(self._ids_after, position)).scalars().all()

    async def remove(self, read: AsyncConnection, ids: Sequence[str]) -> None:
        await read.execute(self._remove, {"rows": as_json([{"id": stranger} for stranger in ids])})


def _listing(table: str) -> tuple[TextClause, TextClause, TextClause]:
    """The first ids, those after one, and a removal by ids; ids as text, whatever their type."""
    rows = "SELECT id FROM jsonb_populate_recordset(CAST(NULL AS {}), CAST(:{} AS jsonb))".format
    select = f"SELECT CAST(source.id AS text) FROM {table} AS source {{}} ORDER BY source.id LIMIT :limit"
    return (
        text(select.format("")),
        text(select.format(f"WHERE source.id > ({rows(table, 'after')})")),
        text(f"DELETE FROM {table} WHERE id IN ({rows(table, 'rows')})"),
    )


def _upsert(table: str, columns: Sequence[str]) -> Callable[[str, str], str]:
    """By the SQL of the images, and how their version compares with the present one."""
    names = ", ".join(f'"{name}"' for name in columns)
    assignments = ", ".join(f'"{name}" = excluded."{name}"' for name in columns if name != "id")
    return (
        f"INSERT INTO {table} AS present ({names}) "
        f"SELECT {names} FROM jsonb_populate_recordset(CAST(NULL AS {table}), {{}}) "
        f"ON CONFLICT (id) DO UPDATE SET {assignments} WHERE excluded.row_version {{}} present.row_version"
    ).format
