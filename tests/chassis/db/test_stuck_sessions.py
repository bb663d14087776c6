"""A process that stops in the middle of a message holds its locks until a probe of another replica ends its session."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import make_engine
from chassis.db.probe import takes_writes
from tests.polling import eventually

TIMEOUT_S = 0.5
# More than the buffers of a socket take.
_ROWS = "SELECT repeat('x', 1000) FROM generate_series(1, CAST($1 AS integer))"
_HOLDERS = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND granted")
_STUCK = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' "
    f"AND wait_event_type = 'Client' AND query_start < clock_timestamp() - interval '{3 * TIMEOUT_S} s'"
)


@asynccontextmanager
async def stopped_in(write: AsyncEngine, event: str, application: str) -> AsyncIterator[None]:
    """A session that holds a lock while its process reads nothing more, either of a result or before a parameter."""
    url, limits = write.url, {"statement_timeout": "500ms", "idle_in_transaction_session_timeout": "500ms"}
    connection = await asyncpg.connect(
        host=url.query.get("host") or url.host,
        port=url.port,
        user=url.username,
        password=url.password,
        database=url.database,
        server_settings={"application_name": application, **limits},
    )
    await connection.execute("BEGIN; SELECT pg_advisory_xact_lock(4711)")
    if event == "ClientWrite":
        await connection.fetch(_ROWS, 1)
    connection._transport.pause_reading()
    reading = asyncio.create_task(connection.fetch(_ROWS, 5000))
    try:
        yield
    finally:
        connection.terminate()
        await asyncio.wait([reading])
        reading.exception()


async def counted(engine: AsyncEngine, query: object) -> int:
    async with engine.connect() as connection:
        return int((await connection.execute(query)).scalar_one())  # type: ignore[call-overload]


@pytest.mark.parametrize("event", ["ClientWrite", "ClientRead"])
@pytest.mark.parametrize(("application", "is_ended"), [("order", True), ("psql", False)])
async def test_only_the_own_replicas_that_have_stopped_lose_their_locks(
    write: AsyncEngine, event: str, application: str, is_ended: bool
) -> None:
    replica = make_engine(write.url, application_name="order", timeout_s=TIMEOUT_S)
    async with stopped_in(write, event, application):
        await eventually(lambda: counted(write, _STUCK))
        assert await counted(write, _HOLDERS) == 1, "no timeout of the server ends it"

        await takes_writes(replica)()

        if is_ended:
            await eventually(lambda: is_free(write))
        else:
            assert await counted(write, _HOLDERS) == 1
    await replica.dispose()


async def is_free(write: AsyncEngine) -> bool:
    return await counted(write, _HOLDERS) == 0


async def test_without_a_timeout_no_session_is_ended(write: AsyncEngine) -> None:
    replica = make_engine(write.url, application_name="order")
    async with stopped_in(write, "ClientWrite", "order"):
        await eventually(lambda: counted(write, _STUCK))

        await takes_writes(replica)()

        assert await counted(write, _HOLDERS) == 1
    await replica.dispose()
