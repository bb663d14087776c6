"""Connections for queries, to a replica that has all that its primary has, or else to the primary.

A query that waited for what its caller wrote (chassis.db.read_your_writes) finds it here as well: before each query the
primary is asked up to where its log is flushed, which is after everything that can be read there, and the replica is
used when it has replayed the same log as far as that. The connection that said so is the one that the query gets, so a
URL may lead to several replicas. A replica that is away, or not that far in time, is not asked for a while.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from copy import copy
from dataclasses import dataclass
from typing import Any, TypeAlias

import structlog
from sqlalchemy import Engine, Executable, Row, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from chassis.background import to_completion
from chassis.batching import Batcher
from chassis.db.engine import fetch, make_sessions
from chassis.db.failures import meaning_of, translated
from chassis.errors import Conflict, Unavailable
from telemetry.gauges import Gauges

log = structlog.get_logger(__name__)

# Of which server, on which timeline, and up to where its log is flushed: commits are, before they can be seen, unless
# that was switched off. A server that has become a standby refuses to notify as it refuses writes (25006).
_POSITION = text("""
WITH log AS MATERIALIZED (
    SELECT CASE WHEN pg_is_in_recovery() THEN CAST(CAST(pg_notify('easyorder', '') AS text) AS pg_lsn)
                WHEN current_setting('synchronous_commit') = 'off' THEN pg_current_wal_insert_lsn()
                ELSE pg_current_wal_flush_lsn() END AS position
)
SELECT (SELECT CAST(system_identifier AS text) FROM pg_control_system()) AS server,
    left(pg_walfile_name(position), 8) AS timeline, CAST(position AS text) AS position
FROM log
""")
# What speaks against a replica; empty if nothing does. A server that was promoted goes its own way. A position means
# something in the log of its own server and timeline only; the timeline is that of the last restartpoint.
_AGAINST = text("""
SELECT CASE
    WHEN NOT pg_is_in_recovery() THEN 'is no standby'
    WHEN (SELECT CAST(system_identifier AS text) FROM pg_control_system()) IS DISTINCT FROM CAST(:server AS text)
        THEN 'is of another server'
    WHEN (SELECT upper(lpad(to_hex(timeline_id), 8, '0')) FROM pg_control_checkpoint())
        IS DISTINCT FROM CAST(:timeline AS text) THEN 'is not on the timeline of its primary'
    WHEN pg_last_wal_replay_lsn() >= CAST(CAST(:position AS text) AS pg_lsn) THEN ''
    ELSE 'is behind' END
""")
_BEHIND = "is behind"
# Under load, queries that begin within this time share a position.
_PACE_S = 0.005
_FIRST_LOOK_S, _LONGEST_LOOK_S = 0.002, 0.02


# The values that _AGAINST compares.
_Position: TypeAlias = dict[str, str]


class _PassedOver(Exception):
    """A replica that answers, and is not used."""


@dataclass
class _State:
    """What all views of a replica share. Until `not_before` it is not asked."""

    positions: Batcher[None, _Position]
    not_before: float = 0.0
    is_used: bool = True
    # Queries that the primary answered.
    at_primary: int = 0


class ReplicaReads:
    """As much of an engine as queries need.

    When the replica does not have the position within `patience_s`, the primary answers, and for `retry_s` all queries.
    """

    def __init__(
        self, primary: AsyncEngine, replica: AsyncEngine, *, patience_s: float = 0.2, retry_s: float = 2.0
    ) -> None:
        self._primary, self._replica = primary, replica
        self._patience_s, self._retry_s = patience_s, retry_s
        self._isolation = "READ COMMITTED"
        self._state = _State(Batcher("replica positions", self._flushed, max_size=500, pace_s=_PACE_S))

    def execution_options(self, *, isolation_level: str) -> ReplicaReads:
        """The same replica, for other transactions."""
        view = copy(self)
        view._isolation = isolation_level
        return view

    @property
    def sync_engine(self) -> Engine:
        """The primary's."""
        return self._primary.sync_engine

    @property
    def at_primary(self) -> int:
        """How many queries the primary has answered, because the replica could not."""
        return self._state.at_primary

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[AsyncConnection]:
        """A connection for one query. Failures of the replica before it begins are none.

        A query that is cancelled there, because the log changes what it reads, raises Unavailable.
        """
        if (connection := await self._at_replica()) is None:
            self._state.at_primary += 1
            async with self._primary.execution_options(isolation_level=self._isolation).connect() as own:
                yield own
            return
        try:
            yield connection
        except (DBAPIError, Conflict) as error:
            if isinstance(error, Conflict) or isinstance(meaning_of(error), Conflict):
                raise Unavailable("the read replica has ended the query; try again") from error
            raise
        finally:
            await to_completion(connection.close())

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        async with self.connect() as connection, make_sessions(self._primary)(bind=connection) as session:
            yield session

    async def dispose(self) -> None:
        """Closes the connections to the replica."""
        await self._replica.dispose()

    async def _at_replica(self) -> AsyncConnection | None:
        """A connection to a replica that is far enough, if there is one in time."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._state.not_before:
            return None
        position = await self._state.positions.submit(None)
        # Not cancelled, which could leave the pool with a connection in the middle of a query.
        looking = loop.create_task(self._caught_up(position, loop.time() + self._patience_s))
        try:
            await asyncio.wait([looking], timeout=2 * self._patience_s)
        except BaseException:
            # Even if it has its connection: nobody takes it any more.
            looking.add_done_callback(_close_late)
            raise
        if not looking.done():
            looking.add_done_callback(_close_late)
        connection = looking.result() if looking.done() and looking.exception() is None else None
        if connection is None:
            self._leave(looking)
        elif not self._state.is_used:
            log.info("the read replica answers queries again")
            self._state.is_used = True
        return connection

    def _leave(self, looking: asyncio.Task[AsyncConnection]) -> None:
        if self._state.is_used:
            error = looking.exception() if looking.done() else "it does not answer"
            log.warning("the primary answers queries", error=str(error))
        self._state.is_used = False
        self._state.not_before = asyncio.get_running_loop().time() + self._retry_s

    async def _caught_up(self, position: _Position, deadline: float) -> AsyncConnection:
        connection = await self._replica.connect()
        wait_s = _FIRST_LOOK_S
        try:
            # Each statement sees the database as it is then, which the transaction of the query must not.
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            while against := await connection.scalar(_AGAINST, position):
                if against != _BEHIND or asyncio.get_running_loop().time() + wait_s > deadline:
                    raise _PassedOver(f"the read replica {against}")
                await asyncio.sleep(wait_s)
                wait_s = min(2 * wait_s, _LONGEST_LOOK_S)
            await connection.rollback()
            await connection.execution_options(isolation_level=self._isolation)
        except BaseException:
            await connection.close()
            raise
        return connection

    async def _flushed(self, askers: Sequence[None]) -> list[_Position]:
        """The position up to which the primary's log is flushed, for all of them."""
        rows = await fetch(self._primary, _POSITION)
        return [dict(rows[0]._mapping)] * len(askers)


def _close_late(looking: asyncio.Task[AsyncConnection]) -> None:
    """Nobody waits for the connection any more."""
    if not looking.cancelled() and looking.exception() is None:
        _closing.add(closing := asyncio.get_running_loop().create_task(looking.result().close()))
        closing.add_done_callback(_closing.discard)


_closing: set[asyncio.Task[None]] = set()
# Where queries read: a database, or one with a replica.
Reads: TypeAlias = AsyncEngine | ReplicaReads


def add_gauge(gauges: Gauges, reads: Reads) -> None:
    """Counts the queries that the primary answers although there is a replica."""
    if isinstance(reads, ReplicaReads):
        gauges.add("queries_at_primary", lambda: reads.at_primary)


async def rows_of(
    reads: Reads, statement: Executable, parameters: Mapping[str, Any] | None = None
) -> Sequence[Row[Any]]:
    """The rows of a single statement. Database failures leave it as AppErrors."""
    if isinstance(reads, AsyncEngine):
        return await fetch(reads, statement, parameters)
    with translated():
        async with reads.connect() as connection:
            return (await connection.execute(statement, parameters)).all()


Sessions: TypeAlias = Callable[[], AbstractAsyncContextManager[AsyncSession]]


def sessions_of(reads: Reads) -> Sessions:
    """Makes sessions for one query each, filtered like all sessions."""
    if isinstance(reads, AsyncEngine):
        return make_sessions(reads)
    return reads.session
