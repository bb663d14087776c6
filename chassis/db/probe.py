"""A cheap probe of whether databases accept reads and writes, for a service's health."""

from __future__ import annotations

import asyncio

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.grpc.health import Probe

# More rows than fit in the small work_mem: they go to a temporary file, which fails on a full disk (SQLSTATE 53100) and
# is removed afterwards.
_LITTLE_MEMORY = text("SET LOCAL work_mem = '64kB'")
_WRITE = text("SELECT count(*) FROM generate_series(1, 2500)")


def takes_writes(*engines: AsyncEngine) -> Probe:
    """A probe that raises the first error of any of the databases."""

    async def probe() -> None:
        await asyncio.gather(*(_write(engine) for engine in engines))

    return probe


async def _write(engine: AsyncEngine) -> None:
    async with engine.connect() as connection, connection.begin():
        await connection.execute(_LITTLE_MEMORY)
        await connection.execute(_WRITE)
