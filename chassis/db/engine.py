"""Engines and sessions: the URL selects the driver, and every session is filtered by session_hook."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Executable, Row, event
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

import postgresql_odbc.dialect  # noqa: F401, registers itself
from chassis.db.direct import LIMIT_S, run
from chassis.db.failures import is_unusable, translated
from chassis.db.ownership import before_statement
from chassis.db.session_hook import FilteredSession
from foundation.hosts import PoolerIgnoresSettings, connect_to_one

# For a connection of the pool, and at most for a new one.
_CONNECTION_TIMEOUT_S = 5
# The server ends a statement that takes too long; a server that does not do that in this time does not answer.
_ANSWERS_WITHIN_S = 1
# Cached plans must stay good while tables grow, so every statement uses an index to find its few rows. Otherwise the
# planner keeps plans from when a table was small, and continues to scan the whole table.
_BY_INDEX = {"enable_seqscan": "off", "enable_hashjoin": "off", "enable_mergejoin": "off"}
# A plan that was made for an empty table reads all of it for each row once there are rows (ADR 0091). asyncpg prepares
# a statement again after this time, and the server plans it for the present size. ODBC prepares it each time.
_PLANS_KEPT_S = 10
# Client and server notice within 25 s that the other's machine is gone, whether or not data is on its way.
_TCP = {"tcp_keepalives_idle": 10, "tcp_keepalives_interval": 5, "tcp_keepalives_count": 3, "tcp_user_timeout": 25_000}
_OPTIONS = ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT", "TCP_USER_TIMEOUT")


def make_engine(
    url: str | URL, *, application_name: str, pool_size: int = 10, timeout_s: float = 0, lock_timeout_s: float = 0
) -> AsyncEngine:
    """An engine for `postgresql+asyncpg://…` or `postgresql+aioodbc://…`.

    A transaction is rolled back, and its caller gets Unavailable, if a statement takes longer than `timeout_s` or the
    transaction is idle for longer than that; or Locked, if a lock is not available within `lock_timeout_s`; 0 is no
    limit. After a failure of the server, or if it does not answer, all connections are replaced.

    Database sessions run in UTC. A caller waits at most 5 s for one of the `pool_size` connections; then SQLAlchemy
    raises TimeoutError, which is translated to Unavailable. PoolerIgnoresSettings: a pooler ignores the limits.
    """
    answers_within_s = timeout_s + _ANSWERS_WITHIN_S if timeout_s else None
    limits = {"lock": lock_timeout_s, "statement": timeout_s, "idle_in_transaction_session": timeout_s}
    # JIT compilation takes longer than any of our statements.
    settings = {"jit": "off", **_BY_INDEX} | {f"{name}_timeout": f"{s * 1000:.0f}" for name, s in limits.items()}
    others = {"application_name": application_name, "TimeZone": "UTC", **_TCP}
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=_CONNECTION_TIMEOUT_S,
        pool_recycle=1800,
        pool_use_lifo=True,
        # Errors are logged and recorded without the values, which may be secrets.
        hide_parameters=True,
        connect_args={
            "server_settings": settings | {name: str(value) for name, value in others.items()},
            "timeout": min(_CONNECTION_TIMEOUT_S, int(answers_within_s or _CONNECTION_TIMEOUT_S)),
            "command_timeout": answers_within_s,
            "max_cached_statement_lifetime": _PLANS_KEPT_S,
        },
    )
    event.listen(engine.sync_engine, "do_connect", connect_to_one)
    event.listen(engine.sync_engine, "connect", partial(_require, settings, answers_within_s))
    event.listen(engine.sync_engine, "handle_error", _leave_unusable)
    event.listen(engine.sync_engine, "before_cursor_execute", before_statement)
    # Otherwise SQLAlchemy tells the server that it closes a connection, and waits for two seconds for its answer.
    event.listen(engine.sync_engine, "close", lambda connection, _: connection.driver_connection.terminate())
    return engine


def make_sessions(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """Sessions that filter by ownership and soft deletion, and leave loaded entities readable after commit."""
    return async_sessionmaker(engine, sync_session_class=FilteredSession, expire_on_commit=False)


async def fetch(
    engine: AsyncEngine, statement: Executable, parameters: Mapping[str, Any] | None = None
) -> Sequence[Row[Any]]:
    """The rows of a single statement, which is committed. Database failures leave it as AppErrors."""
    with translated():
        return (await run(engine, statement, parameters)).all()


def _leave_unusable(context: ExceptionContext) -> None:
    if context.connection is None or is_unusable(context.original_exception):
        # To SQLAlchemy a refused connection may be a defect, and a TimeoutError the caller's own.
        context.is_disconnect = context.invalidate_pool_on_disconnect = True


def _require(settings: dict[str, str], answers_within_s: float | None, connection: Any, record: Any) -> None:
    # Longer than the driver's own limit, which is more exact.
    record.info[LIMIT_S] = answers_within_s and 2 * answers_within_s
    if transport := getattr(connection.driver_connection, "_transport", None):  # over ODBC, the dialect does this
        client = transport.get_extra_info("socket")
        for option, value in zip(_OPTIONS, _TCP.values(), strict=True) if client.family != socket.AF_UNIX else ():
            client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            if hasattr(socket, option):  # not all on macOS
                client.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
    cursor = connection.cursor()
    cursor.execute(f"SELECT name, setting FROM pg_settings WHERE name IN {(*settings,)}")
    ignored = dict(cursor.fetchall()).items() - settings.items()
    connection.rollback()
    if ignored:
        connection.close()
        raise PoolerIgnoresSettings(f"A pooler ignores settings, see PgBouncer in docs/operations.md: {dict(ignored)}")
