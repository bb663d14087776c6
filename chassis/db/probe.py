"""A cheap probe of whether databases accept reads and writes, for a service's health."""

from __future__ import annotations

import asyncio

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.grpc.health import Probe

# More rows than fit in the small work_mem: they go to a temporary file, which fails on a full disk (SQLSTATE 53100) and
# is removed afterwards. One statement, because every service asks all the time.
_WRITE = text("""
DO $$ BEGIN
    PERFORM set_config('work_mem', '64kB', true);
    PERFORM count(*) FROM generate_series(1, 2500);
END $$
""")


def takes_writes(*engines: AsyncEngine) -> Probe:
    """A probe that raises the first error of any of the databases."""

    async def probe() -> None:
        await asyncio.gather(*(_write(engine) for engine in engines))

    return probe


async def _write(engine: AsyncEngine) -> None:
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.execute(_WRITE)
