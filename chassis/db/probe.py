"""Whether databases take reads and writes, asked cheaply: what a service's health depends on."""

from __future__ import annotations

import asyncio

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.grpc.health import Probe

# More rows than so little memory holds: they are written to a temporary file, which a full disk refuses (SQLSTATE
# 53100), and which leaves nothing behind.
_LITTLE_MEMORY = text("SET LOCAL work_mem = '64kB'")
_WRITE = text("SELECT count(*) FROM generate_series(1, 2500)")


def takes_writes(*engines: AsyncEngine) -> Probe:
    """A probe that raises what any of the databases raises."""

    async def probe() -> None:
        await asyncio.gather(*(_write(engine) for engine in engines))

    return probe


async def _write(engine: AsyncEngine) -> None:
    async with engine.connect() as connection, connection.begin():
        await connection.execute(_LITTLE_MEMORY)
        await connection.execute(_WRITE)
