"""`python -m inventory_svc.clashes` lists SKUs and codes of 0.1.0 that lost their key to another one in the upgrade."""

from __future__ import annotations

import asyncio

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.settings import from_environment
from inventory_svc.bootstrap import engine
from inventory_svc.config import InventorySettings
from inventory_svc.domain.keys import key_of

_WRITTEN = {
    "SKU": text("SELECT product_id AS id, sku AS written, sku_key AS key FROM product_item ORDER BY id"),
    "code": text("SELECT id, code AS written, code_key AS key FROM incentive ORDER BY id"),
}


async def clashes(write: AsyncEngine) -> list[str]:
    """One line for each SKU or code that can be found by its exact spelling only."""
    found = []
    async with write.connect() as connection:
        for kind, query in _WRITTEN.items():
            rows = await connection.execute(query)
            owner = "product" if kind == "SKU" else "incentive"
            found += [f"{kind} {row.written!r} of {owner} {row.id}" for row in rows if row.key != key_of(row.written)]
    return found


async def run(settings: InventorySettings) -> None:
    write = engine(settings, "write")
    try:
        print("\n".join(await clashes(write) or ["nothing clashes"]))
    finally:
        await write.dispose()


if __name__ == "__main__":
    asyncio.run(run(from_environment(InventorySettings)))
