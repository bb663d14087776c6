"""Copies a write table to the read database again, while the system runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy import Select, Table, Text, delete, literal_column, select
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.projector import apply_images


async def rebuild_table(write: AsyncEngine, read: AsyncEngine, table: Table, *, batch: int = 1000) -> int:
    """Copies all rows of the write table with the same name; returns the number of rows.

    Repairs an emptied or damaged read table and deletes rows that the write side never had. Concurrent changes
    arrive through the log with newer versions.
    """
    count = 0
    image = literal_column(f"CAST(to_jsonb({table.name}) AS text)", Text).label("image")
    async for rows in _pages(write, select(table.c.id, image), batch):
        async with read.begin() as connection:
            await apply_images(connection, {table: [row.image for row in rows]})
        count += len(rows)
    async for rows in _pages(read, select(table.c.id), batch):
        # The write side never removes rows: a row that was read here and is not there never existed there.
        ids = {row.id for row in rows}
        async with write.connect() as connection:
            strangers = ids - set(await connection.scalars(select(table.c.id).where(table.c.id.in_(ids))))
        if strangers:
            async with read.begin() as connection:
                await connection.execute(delete(table).where(table.c.id.in_(strangers)))
    return count


async def _pages(engine: AsyncEngine, query: Select[Any], size: int) -> AsyncIterator[Sequence[Any]]:
    """Pages of rows in the order of their id, the first column."""
    (key, *_), page = query.selected_columns, query
    while True:
        async with engine.connect() as connection:
            rows = (await connection.execute(page.order_by(key).limit(size))).all()
        if not rows:
            return
        yield rows
        page = query.where(key > rows[-1].id)
