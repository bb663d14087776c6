"""Engines and sessions: one URL says which driver, and every session carries the hook of session_hook."""

from __future__ import annotations

from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

import chassis.db.aioodbc_dialect  # noqa: F401, it makes itself known
from chassis.db.session_hook import FilteredSession

DRIVERS = ("asyncpg", "aioodbc")
_POOL_TIMEOUT_S = 5.0
_RECYCLE_S = 1800
# Plans that stay right however the tables grow, and so may be kept: every statement goes to its few rows by an index.
# Left alone, the planner keeps plans that it made while a table was small, and goes on reading all of it.
_BY_INDEX = {"enable_seqscan": "off", "enable_hashjoin": "off", "enable_mergejoin": "off"}
_TIMEOUTS = ("statement_timeout", "idle_in_transaction_session_timeout")


def make_engine(
    url: str | URL, *, application_name: str, pool_size: int = 10, timeout_s: float | None = None
) -> AsyncEngine:
    """An engine for `postgresql+asyncpg://…` or `postgresql+aioodbc://…`.

    A transaction is rolled back, and its caller gets Unavailable, when one of its statements takes longer than
    `timeout_s`, or none comes for so long.

    Sessions of the server run in UTC. A caller waits at most 5 s for one of the `pool_size` connections, and then gets
    SQLAlchemy's TimeoutError (Unavailable, once translated).
    """
    target = make_url(url)
    driver = target.get_driver_name()
    if target.get_backend_name() != "postgresql" or driver not in DRIVERS:
        raise ValueError(f"the database URL must begin with postgresql+asyncpg or postgresql+aioodbc, not {driver}")
    return create_async_engine(
        target,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=_POOL_TIMEOUT_S,
        pool_recycle=_RECYCLE_S,
        pool_pre_ping=False,
        pool_use_lifo=True,
        # Errors are logged and recorded: without the values, which may be secrets.
        hide_parameters=True,
        connect_args=_connect_args(driver, application_name, timeout_s),
    )


def make_sessions(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """Sessions that filter by ownership and soft deletion, and leave loaded entities readable after commit."""
    return async_sessionmaker(engine, sync_session_class=FilteredSession, expire_on_commit=False)


def _connect_args(driver: str, application_name: str, timeout_s: float | None) -> dict[str, object]:
    # JIT compiles for longer than any statement of ours runs.
    settings = {"application_name": application_name, "TimeZone": "UTC", "jit": "off", **_BY_INDEX}
    if timeout_s is not None:
        settings |= dict.fromkeys(_TIMEOUTS, f"{timeout_s * 1000:.0f}ms")
    return {"settings" if driver == "aioodbc" else "server_settings": settings}
