"""`python -m inventory_svc.rebuild`: rebuilds the read database from the write database while the system runs.

Repairs missing, altered and surplus rows. Correct rows stay unchanged, also in caches.
"""

from __future__ import annotations

import asyncio

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.settings import from_environment
from chassis.telemetry import configure
from inventory_svc.adapters.rebuilt_tables import rebuild_table
from inventory_svc.bootstrap import SERVICE, engine
from inventory_svc.config import InventorySettings
from inventory_svc.projections import rebuild_documents
from inventory_svc.queries.read_model import COPIED

log = structlog.get_logger(__name__)


async def rebuild(write: AsyncEngine, read: AsyncEngine) -> None:
    """Rebuilds table by table, then the documents that are built from them."""
    for entity, table in COPIED.items():
        log.info("rebuilt", entity=entity, rows=await rebuild_table(write, read, table))
    # With statistics of a table that was empty, each document reads whole tables: a minute for 2,000 products.
    async with read.begin() as connection:
        await connection.execute(text(f"ANALYZE {', '.join(COPIED)}"))
    log.info("rebuilt", entity="product_document", rows=await rebuild_documents(read))


async def run(settings: InventorySettings) -> None:
    configure(settings, SERVICE)
    write, read = engine(settings, "write"), engine(settings, "read")
    try:
        await rebuild(write, read)
    finally:
        await write.dispose()
        await read.dispose()


if __name__ == "__main__":
    asyncio.run(run(from_environment(InventorySettings)))
