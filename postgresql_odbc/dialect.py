"""postgresql+aioodbc: SQLAlchemy's PostgreSQL dialect over the psqlODBC driver, for shops that require ODBC."""

from __future__ import annotations

import asyncio
import math
import re
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pyodbc
from aioodbc.connection import Connection
from sqlalchemy import types as sqltypes
from sqlalchemy.connectors.aioodbc import aiodbcConnector
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.dialects.postgresql.types import PGUuid
from sqlalchemy.engine import URL, Dialect
from sqlalchemy.engine.interfaces import BindTyping, ConnectArgsType

DRIVER_NAME = "PostgreSQL Unicode"
_OPTIONS = {
    # Booleans as bits, instead of the characters 0 and 1.
    "BoolsAsChar": "0",
    # A server whose machine is gone is left within 25 s, and so are the threads that wait for it.
    "KeepaliveTime": "10",
    "KeepaliveInterval": "5",
    "pqopt": "keepalives_count=3 tcp_user_timeout=25000",
    "UseServerSidePrepare": "1",
    # Text and JSON of any length (-4: no limit), never truncated.
    "MaxLongVarcharSize": "-4",
    "TextAsLongVarchar": "1",
    "UnknownsAsLongVarchar": "1",
    "ByteaAsLongVarBinary": "1",
}
_LOST_CONNECTION = frozenset({"08S01", "08001", "08003", "08006", "08007", "57P01", "57P02", "57P03"})
# In messages without such a state. psqlODBC begins each statement of a transaction with a savepoint, and tells no more
# than that it failed.
_SIGNS_OF_LOSS = (
    "internal SAVEPOINT failed",
    "The connection has been lost",
    "server closed the connection unexpectedly",
)
_RETURNING = re.compile(r"\s*(UPDATE|DELETE)\b.*\bRETURNING\b", re.IGNORECASE | re.DOTALL)
# Every parameter has a cast: psqlODBC would otherwise guess its type, and cannot guess the type of a NULL.
_CAST_TYPES = (
    sqltypes.String,
    sqltypes.Integer,
    sqltypes.BigInteger,
    sqltypes.Boolean,
    sqltypes.Numeric,
    sqltypes.DateTime,
    sqltypes.LargeBinary,
    JSONB,
)


class _Uuid(PGUuid[Any]):
    """Converts the text that ODBC returns."""

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], uuid.UUID | None]:
        return lambda value: None if value is None else uuid.UUID(value)


class _Connection(Connection):  # type: ignore[misc]
    """Calls raise TimeoutError after `limit_s`, and the connection is closed; its thread ends when the call returns."""

    def __init__(self, *, limit_s: float | None, **options: Any) -> None:
        # Its own thread: in the loop's small pool, connections waiting for a lock could block the one that holds it.
        super().__init__(executor=ThreadPoolExecutor(1, thread_name_prefix="odbc"), **options)
        self._limit_s = limit_s

    async def _execute(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        try:
            return await asyncio.wait_for(super()._execute(func, *args, **kwargs), self._limit_s)
        except TimeoutError:
            self.terminate()
            raise

    def commit(self) -> Any:
        return self._execute(_commit, self._conn)

    def terminate(self) -> None:
        self._conn = None


def _commit(connection: pyodbc.Connection) -> None:
    """psqlODBC also reports success if it has noticed that the connection is lost, and with it the transaction. What
    was committed is then not known.
    """
    connection.commit()
    # Fails on a lost connection, and asks the server nothing.
    connection.cursor().getTypeInfo(pyodbc.SQL_INTEGER).close()


async def _open(*, limit_s: float | None, connects_in_s: float, **options: Any) -> _Connection:
    # libpq waits for whole seconds, in the thread.
    connection = _Connection(limit_s=connects_in_s or limit_s, timeout=math.ceil(connects_in_s), **options)
    await connection._connect()
    connection._limit_s = limit_s
    return connection


class PGDialect_aioodbc(aiodbcConnector, PGDialect):
    """PostgreSQL through psqlODBC."""

    driver = "aioodbc"
    supports_statement_cache = True
    # psqlODBC fetches whole results; a server-side cursor would need DECLARE.
    supports_server_side_cursors = False
    # The server describes each parameter of a statement in 4 bytes, and psqlODBC takes a description of 30,000.
    insertmanyvalues_max_parameters = 7_000
    default_paramstyle = "qmark"
    bind_typing = BindTyping.RENDER_CASTS
    colspecs = PGDialect.colspecs | {
        kind: type(f"_{kind.__name__}", (PGDialect.colspecs.get(kind, kind),), {"render_bind_cast": True})
        for kind in _CAST_TYPES
    }
    colspecs[sqltypes.Uuid] = _Uuid

    def create_connect_args(self, url: URL) -> ConnectArgsType:
        """Accepts the same URLs as asyncpg; `?host=/folder` names the folder of the server's socket.

        `?host=one,other&port=5432,5432&target_session_attrs=read-write` leads to whichever takes writes.
        """
        host = str(url.host or url.query.get("host") or "127.0.0.1")
        port = str(url.port or url.query.get("port") or 5432)
        options = {
            "DRIVER": DRIVER_NAME,
            "Database": url.database or "",
            "UID": url.username or "postgres",
            "PWD": str(url.password or ""),
            **_OPTIONS,
        }
        if wanted := url.query.get("target_session_attrs"):
            options["pqopt"] += f" target_session_attrs={wanted}"
        dsn = ";".join(f"{key}={_in_braces(key, value)}" for key, value in options.items() if value)
        hosts, ports = host.split(","), port.split(",")
        return (), {
            "dsn": dsn,
            "autocommit": False,
            # As asyncpg's: a list is for one that tries one after the other.
            "host": hosts if len(hosts) > 1 else host,
            "port": ports * len(hosts) if len(ports) == 1 < len(hosts) else ports if len(hosts) > 1 else port,
        }

    def connect(self, *cargs: Any, **cparams: Any) -> Any:
        settings = "; ".join(
            f"SET {name} = '{value.replace(chr(39), chr(39) * 2)}'"
            for name, value in cparams.pop("server_settings", {}).items()
        )
        cparams["limit_s"] = cparams.pop("command_timeout", None)
        cparams["connects_in_s"] = cparams.pop("timeout", 0)
        cparams.pop("max_cached_statement_lifetime", None)  # asyncpg's: nothing is kept here
        for key, name in {"Servername": "host", "Port": "port"}.items():
            given = cparams.pop(name)
            cparams["dsn"] += f";{key}={_in_braces(key, given if isinstance(given, str) else ','.join(given))}"
        # Braces, because the value contains semicolons.
        cparams["dsn"] += f";ConnSettings={{{settings}}}"
        return super().connect(*cargs, async_creator_fn=_open, **cparams)

    def do_execute(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        if _RETURNING.match(statement):
            # ODBC reports SQL_NO_DATA, not an empty result, if no row matches, unless the statement is part of a query.
            statement = f"WITH returned AS ({statement}) SELECT * FROM returned"
        cursor.execute(statement, parameters)

    def is_disconnect(self, e: Exception, connection: Any, cursor: Any) -> bool:
        state = e.args[0] if e.args else None
        is_lost = state in _LOST_CONNECTION or any(sign in str(e) for sign in _SIGNS_OF_LOSS)
        return is_lost or bool(super().is_disconnect(e, connection, cursor))

    def set_isolation_level(self, dbapi_connection: Any, level: Any) -> None:
        """Of a connection that has ended nothing is set: its next statement fails, and the pool replaces it."""
        if not dbapi_connection._connection.closed:
            super().set_isolation_level(dbapi_connection, level)

    def reset_isolation_level(self, dbapi_conn: Any) -> None:
        """By a statement, before a connection goes back to its pool. One that has ended fails at its next statement:
        an error here would reach the caller as the driver's own, and the pool would lose a place.
        """
        try:
            super().reset_isolation_level(dbapi_conn)  # type: ignore[no-untyped-call]
        except (self.dbapi.Error, TimeoutError):  # type: ignore[union-attr]
            dbapi_conn._connection.terminate()

    # The connector's own function would query the driver manager.
    _get_server_version_info = PGDialect._get_server_version_info


def _in_braces(key: str, value: str) -> str:
    # psqlODBC removes the braces of these values only.
    if key in ("DRIVER", "PWD", "pqopt"):
        return "{" + value.replace("}", "}}") + "}"
    if ";" in value or value.startswith("{"):
        raise ValueError(f"{key} cannot be passed to ODBC: {value}")
    return value


# Registers `postgresql+aioodbc://` with SQLAlchemy.
registry.register("postgresql.aioodbc", __name__, PGDialect_aioodbc.__name__)
