"""Audit entries and unexpected errors in SQL, one statement per batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import TableClause
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.bulk import insert_rows
from chassis.db.failures import translated


class SqlSink:
    """Stores entries in a table whose columns are named like their fields."""

    def __init__(self, engine: AsyncEngine, table: TableClause) -> None:
        self._engine = engine
        self._table = table

    async def write(self, entries: Sequence[Any]) -> None:
        with translated():
            async with self._engine.begin() as connection:
                await insert_rows(connection, self._table, [asdict(entry) for entry in entries])
