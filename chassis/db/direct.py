"""Runs single statements with asyncpg alone, on connections of SQLAlchemy's pool: a quarter of the CPU of SQLAlchemy's.

Each is a transaction of its own. Rows and errors are those that SQLAlchemy would give.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import asyncpg
from sqlalchemy import Dialect, Enum, Executable, Result, TextClause, TextualSelect, types
from sqlalchemy.engine import Engine, IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import await_, greenlet_spawn

from chassis.db.failures import is_unusable
from chassis.db.ownership import OWNERSHIP
from chassis.db.types import Amount, UtcDateTime

# Of these, asyncpg returns the values that SQLAlchemy does.
_NATIVE = (types.Boolean, types.Float, types.Integer, types.JSON, types.LargeBinary, types.NullType, types.String)
_AS_ASYNCPG = (*_NATIVE, Amount, UtcDateTime)
_OF_ASYNCPG = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
# In the `info` of a connection: how long a statement may take, if that is limited.
LIMIT_S = "limit_s"
# Without rows the names of columns are not known.
_NO_COLUMNS = SimpleResultMetaData(("",))


@dataclass(frozen=True, slots=True)
class _Compiled:
    """The text for asyncpg, the names of its parameters in order, and its columns, if they are known."""

    sql: str
    parameters: tuple[str, ...]
    columns: SimpleResultMetaData | None


@dataclass(frozen=True, slots=True)
class _Options:
    execution_options: Mapping[str, Any]


async def run(
    engine: AsyncEngine, statement: Executable, parameters: Mapping[str, Any] | None = None, *, ownership: str = ""
) -> Result[Any]:
    """The result of a statement that is committed. For `ownership` see chassis.db.ownership."""
    compiled = None
    if engine.dialect.driver == "asyncpg" and isinstance(statement, TextClause | TextualSelect):
        compiled = _compiled(statement, engine.dialect)
    if compiled:
        # For whoever listens to the statements of the engine, such as the ownership filter.
        options = _Options({OWNERSHIP: ownership})
        engine.sync_engine.dispatch.before_cursor_execute(None, None, compiled.sql, parameters, options, False)
        return await greenlet_spawn(_run, engine.sync_engine, compiled, parameters or {})
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        result = await connection.execute(statement, parameters, execution_options={OWNERSHIP: ownership})
        return result.freeze()() if result.returns_rows else IteratorResult(_NO_COLUMNS, iter(()))


def _run(engine: Engine, compiled: _Compiled, parameters: Mapping[str, Any]) -> Result[Any]:
    values = [parameters[name] for name in compiled.parameters]
    errors: Any = engine.dialect.loaded_dbapi.Error
    try:
        connection = engine.raw_connection()
    except errors as error:
        raise DBAPIError(None, None, error, connection_invalidated=True) from error
    try:
        driver: Any = connection.driver_connection
        records = await_(_fetch(driver, compiled.sql, values, connection.info.get(LIMIT_S)))
    except Exception as error:
        # The last one is what asyncpg raises if the server has ended the session a moment ago.
        if lost := driver.is_closed() or is_unusable(error) or isinstance(error, asyncpg.InternalClientError):
            # As SQLAlchemy does it: those that are as old are replaced when they are used next.
            engine.pool._invalidate(connection, error)
        if isinstance(error, _OF_ASYNCPG):
            # Without the server's detail, which has values of rows.
            own = errors(str(error.args[0] if error.args else ""), error)
            raise DBAPIError(compiled.sql, None, own, hide_parameters=True, connection_invalidated=lost) from error
        raise
    except BaseException:
        # Cancelled: whoever had this connection next would wait until the server has noticed, however long.
        connection.invalidate()
        raise
    finally:
        connection.close()
    columns = compiled.columns or (SimpleResultMetaData(tuple(records[0].keys())) if records else _NO_COLUMNS)
    return IteratorResult(columns, map(tuple, records))


async def _fetch(driver: Any, sql: str, values: Sequence[Any], limit_s: float | None) -> Any:
    # asyncpg's own limit does not hold while it closes statements that have expired.
    async with asyncio.timeout(limit_s):
        return await driver.fetch(sql, *values)


@lru_cache(maxsize=1024)
def _compiled(statement: TextClause | TextualSelect, dialect: Dialect) -> _Compiled | None:
    """None if SQLAlchemy has to run it, because types convert its values."""
    compiled: Any = statement.compile(dialect=dialect)
    columns = list(statement.selected_columns) if isinstance(statement, TextualSelect) else []
    if not all(isinstance(bind.type, types.NullType) for bind in compiled.binds.values()) or not all(
        isinstance(column.type, _AS_ASYNCPG) and not isinstance(column.type, Enum) for column in columns
    ):
        return None
    has_all = isinstance(statement, TextualSelect) and statement.positional
    named = SimpleResultMetaData([column.name for column in columns]) if has_all else None
    return _Compiled(compiled.string, tuple(compiled.positiontup), named)
