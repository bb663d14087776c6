"""`python -m deploy.rebuild inventory_svc order_svc`: fills read databases again from the write databases.

The system runs meanwhile. Missing, altered and surplus rows are repaired. Correct rows stay unchanged, also in caches.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import structlog
from sqlalchemy import BigInteger, Select, Text, column, delete, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

import inventory_svc.projections
import order_svc.projections
from chassis.db.engine import make_engine
from chassis.db.projector import IMAGE, Projection, apply_images
from chassis.settings import MeshSettings, from_environment

log = structlog.get_logger(__name__)

# The projections of each read database, and what fills the tables that are built from them.
READ_MODELS: dict[str, tuple[Sequence[Projection], Callable[[AsyncEngine], Awaitable[int]] | None]] = {
    "inventory_svc": (inventory_svc.projections.PROJECTED, inventory_svc.projections.rebuild_documents),
    "order_svc": (order_svc.projections.PROJECTED, None),
}


async def rebuild(package: str, write: AsyncEngine, read: AsyncEngine) -> None:
    """Rebuilds table by table, then what is built from them."""
    projections, conclude = READ_MODELS[package]
    for projection in projections:
        log.info("rebuilt", table=projection.table.name, rows=await rebuild_table(write, read, projection))
    # With statistics of a table that was empty, each document reads whole tables: a minute for 2,000 products.
    async with read.begin() as connection:
        await connection.execute(text(f"ANALYZE {', '.join(projection.table.name for projection in projections)}"))
    if conclude is not None:
        log.info("rebuilt", table="product_document", rows=await conclude(read))


async def rebuild_table(write: AsyncEngine, read: AsyncEngine, projection: Projection, *, batch: int = 1000) -> int:
    """Projects all rows again; returns the number of rows.

    Repairs an emptied or damaged read table and deletes rows that the write side never had, or no longer has since it
    was restored. Concurrent changes arrive through the log with newer versions.
    """
    table = projection.table
    id, row_version = column("id", BigInteger), column("row_version", BigInteger)
    async for rows in _pages(read, select(table.c.id, table.c.row_version), batch):
        # The write side never removes rows, and versions grow: it has what was read here before, or never had it.
        seen = {row.id: row.row_version for row in rows}
        present = select(id, row_version).select_from(text(projection.images)).where(id.in_(seen))
        async with write.connect() as connection:
            versions = {row.id: row.row_version for row in await connection.execute(present)}
        strangers = [row_id for row_id, version in seen.items() if versions.get(row_id, -1) < version]
        if strangers:
            async with read.begin() as connection:
                await connection.execute(delete(table).where(table.c.id.in_(strangers)))
    count = 0
    images = select(id, literal_column(IMAGE, Text).label("image")).select_from(text(projection.images))
    async for rows in _pages(write, images, batch):
        async with read.begin() as connection:
            await apply_images(connection, {table: [row.image for row in rows]})
        count += len(rows)
    return count


async def _pages(engine: AsyncEngine, query: Select[*tuple[Any, ...]], size: int) -> AsyncIterator[Sequence[Any]]:
    """Pages of rows in the order of their id, the first column."""
    (key, *_), page = query.selected_columns, query
    while True:
        async with engine.connect() as connection:
            rows = (await connection.execute(page.order_by(key).limit(size))).all()
        if not rows:
            return
        yield rows
        page = query.where(key > rows[-1].id)


async def main(packages: Sequence[str]) -> None:
    settings = from_environment(MeshSettings)
    for package in packages:
        database = f"easyorder_{package.removesuffix('_svc')}"
        write, read = (
            make_engine(settings.database_url(f"{database}_{side}"), application_name="rebuild", pool_size=1)
            for side in ("write", "read")
        )
        try:
            await rebuild(package, write, read)
        finally:
            await write.dispose()
            await read.dispose()


if __name__ == "__main__":
    if not sys.argv[1:] or set(sys.argv[1:]) - set(READ_MODELS):
        sys.exit(f"Give the services whose read databases are to be rebuilt: {' '.join(READ_MODELS)}")
    asyncio.run(main(sys.argv[1:]))
