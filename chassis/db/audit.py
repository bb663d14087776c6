"""Audit entries in SQL: who tried to change what, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic_core import to_jsonable_python
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.audit import AuditEntry
from chassis.db.bulk import insert_rows
from chassis.db.failures import translated
from chassis.db.tables import AUDIT_ENTRY


class SqlAuditSink:
    """Keeps audit entries in `audit_entry`, a batch in one statement."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def write(self, entries: Sequence[AuditEntry]) -> None:
        with translated():
            async with self._engine.begin() as connection:
                await insert_rows(connection, AUDIT_ENTRY, to_jsonable_python(list(entries)))
