"""postgresql+aioodbc: SQLAlchemy's PostgreSQL over the psqlODBC driver, for shops where ODBC is the rule."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import types as sqltypes
from sqlalchemy.connectors.aioodbc import aiodbcConnector
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql import JSON, JSONB
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import BindTyping, ConnectArgsType

DRIVER_NAME = "PostgreSQL Unicode"
_OPTIONS = {
    # Booleans as bits, instead of the characters 0 and 1.
    "BoolsAsChar": "0",
    "UseServerSidePrepare": "1",
    # Text and JSON of any length (-4: no limit), never cut.
    "MaxLongVarcharSize": "-4",
    "TextAsLongVarchar": "1",
    "UnknownsAsLongVarchar": "1",
    "ByteaAsLongVarBinary": "1",
}
_LOST_CONNECTION = frozenset({"08S01", "08001", "08003", "08006", "08007", "57P01", "57P02", "57P03"})
_RETURNING = re.compile(r"\s*(UPDATE|DELETE)\b.*\bRETURNING\b", re.IGNORECASE | re.DOTALL)


class _String(sqltypes.String):
    render_bind_cast = True


class _SmallInteger(sqltypes.SmallInteger):
    render_bind_cast = True


class _Integer(sqltypes.Integer):
    render_bind_cast = True


class _BigInteger(sqltypes.BigInteger):
    render_bind_cast = True


class _Boolean(sqltypes.Boolean):
    render_bind_cast = True


class _Numeric(sqltypes.Numeric[Any]):
    render_bind_cast = True


class _Date(sqltypes.Date):
    render_bind_cast = True


class _DateTime(sqltypes.DateTime):
    render_bind_cast = True


class _LargeBinary(sqltypes.LargeBinary):
    render_bind_cast = True


class _Json(JSON):
    render_bind_cast = True


class _Jsonb(JSONB):
    render_bind_cast = True


class PGDialect_aioodbc(aiodbcConnector, PGDialect):
    """Every parameter carries its type as a cast: psqlODBC would else guess, and can not guess that of a NULL."""

    driver = "aioodbc"
    supports_statement_cache = True
    # psqlODBC fetches whole results; a cursor on the server would need DECLARE.
    supports_server_side_cursors = False
    default_paramstyle = "qmark"
    bind_typing = BindTyping.RENDER_CASTS
    colspecs = PGDialect.colspecs | {
        sqltypes.String: _String,
        sqltypes.SmallInteger: _SmallInteger,
        sqltypes.Integer: _Integer,
        sqltypes.BigInteger: _BigInteger,
        sqltypes.Boolean: _Boolean,
        sqltypes.Numeric: _Numeric,
        sqltypes.Date: _Date,
        sqltypes.DateTime: _DateTime,
        sqltypes.LargeBinary: _LargeBinary,
        sqltypes.JSON: _Json,
        JSONB: _Jsonb,
    }

    def create_connect_args(self, url: URL) -> ConnectArgsType:
        """From the same URLs that asyncpg understands; `?host=/folder` names the folder of the server's socket."""
        host = url.host or url.query.get("host") or "127.0.0.1"
        options = {
            "DRIVER": DRIVER_NAME,
            "Servername": str(host),
            "Port": str(url.port or url.query.get("port") or 5432),
            "Database": url.database or "",
            "UID": url.username or "postgres",
            "PWD": str(url.password or ""),
            **_OPTIONS,
        }
        return (), {"dsn": _connection_string(options), "autocommit": False}

    def connect(self, *cargs: Any, **cparams: Any) -> Any:
        settings = "; ".join(
            f"SET {name} = '{value.replace(chr(39), chr(39) * 2)}'"
            for name, value in cparams.pop("settings", {}).items()
        )
        # A thread of its own: in the loop's few, those that wait for a lock would keep out the one that can release it.
        cparams["executor"] = ThreadPoolExecutor(1, thread_name_prefix="odbc")
        # Braces, because the value itself has semicolons.
        cparams["dsn"] += f";ConnSettings={{{settings}}}"
        return super().connect(*cargs, **cparams)

    def do_execute(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        if _RETURNING.match(statement):
            # One that touches no row is SQL_NO_DATA to ODBC, and not an empty result, unless it is part of a query.
            statement = f"WITH returned AS ({statement}) SELECT * FROM returned"
        cursor.execute(statement, parameters)

    def is_disconnect(self, e: Exception, connection: Any, cursor: Any) -> bool:
        state = e.args[0] if e.args else None
        return state in _LOST_CONNECTION or bool(super().is_disconnect(e, connection, cursor))

    # Not the connector's, which asks the driver manager.
    _get_server_version_info = PGDialect._get_server_version_info


def _connection_string(options: dict[str, str]) -> str:
    return ";".join(f"{key}={_in_braces(key, value)}" for key, value in options.items() if value)


def _in_braces(key: str, value: str) -> str:
    # psqlODBC takes braces off these values only.
    if key in ("DRIVER", "PWD"):
        return "{" + value.replace("}", "}}") + "}"
    if ";" in value or value.startswith("{"):
        raise ValueError(f"{key} can not be passed to ODBC: {value}")
    return value


def register() -> None:
    """Makes `postgresql+aioodbc://` known to SQLAlchemy."""
    registry.register("postgresql.aioodbc", __name__, PGDialect_aioodbc.__name__)
