"""Writes rows of any table, as one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import TableClause, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from chassis.db.bulk import as_json, inserting
from chassis.db.unit_of_work import outbox_row
from chassis.events import Event


async def insert_rows(
    connection: AsyncSession | AsyncConnection, table: TableClause, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Inserts rows that all have the same columns."""
    await connection.execute(text(inserting(table, tuple(rows[0]))), {"rows": as_json(rows)})


def event_rows(events: Sequence[Event]) -> list[dict[str, Any]]:
    """Events as rows of the outbox."""
    return [outbox_row(event) for event in events]
