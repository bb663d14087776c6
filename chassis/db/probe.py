"""A cheap probe of whether databases accept reads and writes, for a service's health, and of what time it is there."""

from __future__ import annotations

import asyncio
from time import monotonic, time

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.clock import SystemClock
from chassis.db.types import UtcDateTime
from chassis.grpc.health import Probe

# More rows than fit in the small work_mem: they go to a temporary file, which fails on a full disk (SQLSTATE 53100); a
# standby writes one, too. No timeout of the server ends the session of a replica that stopped while it got a result, or
# between the parts of a statement: the probes of others do. One statement, because every service asks all the time.
_WRITE = text("""
DO $$ BEGIN
    IF current_setting('transaction_read_only') = 'on' THEN RAISE 'only reads' USING ERRCODE = '25006'; END IF;
    PERFORM set_config('work_mem', '64kB', true); PERFORM count(*) FROM generate_series(1, 2500);
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'active' AND wait_event_type = 'Client'
        AND application_name = current_setting('application_name') AND datname = current_database()
        AND query_start < now() - CAST(nullif(current_setting('statement_timeout'), '0') AS interval) - interval '1 s';
END $$
""")
_NOW = text("SELECT clock_timestamp()").columns(clock_timestamp=UtcDateTime)


def takes_writes(*engines: AsyncEngine) -> Probe:
    """A probe that raises the first error of any of the databases, and sets SystemClock by the first of them."""

    async def probe() -> None:
        machine_ahead_s = time() - monotonic()  # before the question: a step after the answer is noticed later
        (least_s, most_s), *_ = await asyncio.gather(*(_ask(engine) for engine in engines))
        own_s = SystemClock().now().timestamp() - monotonic()
        SystemClock.ahead_s, SystemClock.machine_ahead_s = min(max(least_s, own_s), most_s), machine_ahead_s

    return probe


async def _ask(engine: AsyncEngine) -> tuple[float, float]:
    """How far the database's clock is ahead of the monotonic one, at least and at most: the answer takes some time."""
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.execute(_WRITE)
        asked_s = monotonic()
        at_s = (await connection.execute(_NOW)).scalar_one().timestamp()
        return at_s - monotonic(), at_s - asked_s
