"""Translates database failures to application errors, the same on asyncpg and ODBC."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError

from chassis.errors import AppError, Conflict, Locked, Unavailable
from chassis.jobs import LeaseLost

_UNIQUE_VIOLATION = "23505"
# Raised by the SQL function require_all: rows have changed since they were read, or leases have ended.
CHANGED_MEANWHILE = "40001"
LEASE_LOST = "40L01"
_LOCK_NOT_AVAILABLE = "55P03"
# Serialization failure, deadlock and other rollbacks.
_CONFLICT = re.compile(r"40...")
# Connection exceptions, writes to a server that has become a standby (25006), idle transaction timeouts,
# insufficient resources, operator intervention, and ODBC's communication link failures and timeouts.
_UNAVAILABLE = re.compile(r"08...|25006|25P0[34]|53...|57P..|57014|58...|HYT0.")
_UNUSABLE = re.compile(r"08...|25006|57P..")


@contextmanager
def translated() -> Iterator[None]:
    """Translates database failures to Conflict or Unavailable; other exceptions pass unchanged."""
    try:
        yield
    except (DBAPIError, PoolTimeout, StaleDataError, OSError) as error:
        meaning = meaning_of(error)
        if meaning is None:
            raise
        raise meaning from error


def meaning_of(error: Exception) -> AppError | None:
    """The error that the caller sees; None if the failure is a defect of the program."""
    if isinstance(error, StaleDataError):
        return Conflict("the row was changed meanwhile")
    state = sqlstate(error) or "" if isinstance(error, DBAPIError) else ""
    if state == LEASE_LOST:
        return LeaseLost("taken over by another worker")
    if state == _UNIQUE_VIOLATION or _CONFLICT.fullmatch(state):
        return Conflict("the transaction collided with another one")
    if state == _LOCK_NOT_AVAILABLE:
        return Locked("another change is in progress here; try again")
    is_lost = isinstance(error, PoolTimeout | OSError) or getattr(error, "connection_invalidated", False)
    if is_lost or _UNAVAILABLE.fullmatch(state):
        return Unavailable("the database does not answer; try again")
    return None


def is_unusable(error: BaseException | None) -> bool:
    """Whether the server that a connection leads to stops, refuses writes or does not answer, by the driver's error."""
    return isinstance(error, TimeoutError) or bool(_UNUSABLE.fullmatch(sqlstate(error) or ""))


def sqlstate(error: BaseException | None) -> str | None:
    """The five-character SQLSTATE of an error of SQLAlchemy, or of either driver."""
    error = getattr(error, "orig", error)
    state = getattr(error, "sqlstate", None)
    if state is None and error is not None and error.args:
        state = error.args[0]
    return state if isinstance(state, str) and len(state) == 5 else None
