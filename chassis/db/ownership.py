"""Refuses statements on owned rows that lack the filter of session_hook, before they reach the database (ADR 0055).

This applies to every statement on behalf of a user, whatever makes it: each owned table that it reads or changes needs
the condition that the hook adds. A statement that needs none says why, in the execution option `ownership`. Inserts
touch no row of others. What a process does of its own accord, in batches and jobs, is limited to nobody's rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from chassis.context import current
from chassis.db.entities import Owned

# Execution options: why a statement needs no filter; that the session hook has seen the statement.
OWNERSHIP, HOOKED = "ownership", "hooked"
_loaded: ContextVar[bool] = ContextVar("rows_came_through_the_filter", default=False)


class UnfilteredStatement(RuntimeError):
    """A statement on owned rows that is not limited to those of its caller."""


@contextmanager
def of_loaded_rows() -> Iterator[None]:
    """The statements of the block change entities that were loaded through the filter."""
    token = _loaded.set(True)
    try:
        yield
    finally:
        _loaded.reset(token)


def require_filter(sql: str, *, hooked: bool = False) -> None:
    """Raises UnfilteredStatement if the caller is a user and the statement may touch rows of others."""
    if current().sees_all or _loaded.get():
        return
    if tables := [table for table, filtered in _owned_in(sql) if not (hooked and filtered)]:
        raise UnfilteredStatement(f"{tables} without the ownership filter: use the mapped class, or say why not")


def before_statement(_c: object, _u: object, sql: str, _p: object, context: Any, _many: bool) -> None:
    """The `before_cursor_execute` of every engine."""
    options = context.execution_options
    if not options.get(OWNERSHIP):
        require_filter(sql, hooked=options.get(HOOKED, False))


@lru_cache(maxsize=2048)
def _owned_in(sql: str) -> list[tuple[str, bool]]:
    """The owned tables that the statement reads or changes, each with whether it has the filter's condition."""
    names = "|".join(sorted({entity.__tablename__ for entity in _entities(Owned)}))
    used = rf'(?:\b(?:FROM|JOIN|UPDATE|USING|ONLY)|,)\s+(?:public\.)?"?({names})"?(?![\w."])(?:\s+AS\s+(\w+))?'
    found = re.finditer(used, sql, re.IGNORECASE) if names else ()
    return [(match[1], f"{match[2] or match[1]}.created_by = " in sql) for match in found]


def _entities(of: type[Any]) -> Iterator[type[Any]]:
    for entity in of.__subclasses__():
        if hasattr(entity, "__tablename__"):
            yield entity
        yield from _entities(entity)
