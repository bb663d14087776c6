"""Queues the writes of a transaction and sends them as one statement: one round trip for any number of tables.

It is sent before the commit and any other statement of the session. Rows are plain dicts as in chassis.db.bulk.

An optimistic session has no transaction; each of its statements is a transaction of its own, which saves BEGIN, COMMIT
and lock waits. It may run reads that need no lock (`UNLOCKED`), whose rows are checked for changes when they are
written, and the queued writes once, at its commit. Any other statement raises NeedsTransaction.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import Executable, Result, TableClause, TextClause, TextualSelect, event, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

from chassis.context import current
from chassis.db.bulk import as_json, columns_of, in_order, inserting, updating
from chassis.db.direct import run
from chassis.db.failures import CHANGED_MEANWHILE
from chassis.db.ownership import OWNERSHIP, require_filter
from chassis.db.session_hook import FilteredSession
from chassis.unit_of_work import NeedsTransaction

_OPTIMISTIC = "optimistic"
# Execution options of a read that needs no lock, because the writes based on it check for changes.
UNLOCKED = {"unlocked": True}
_CHECKED = {**UNLOCKED, OWNERSHIP: "of each write, when it was queued"}
_OF_SESSION = "queued writes"
_NO_OPTIONS: Mapping[str, Any] = {}
_ROWS = re.compile(r"(?<!:):rows\b")


@dataclass(slots=True)
class _Part:
    """A statement, its rows, and the SQLSTATE that it fails with unless each of them matches a row of the table."""

    sql: str
    unless_all: str | None
    rows: list[Any] = field(default_factory=list)


@dataclass(slots=True)
class Writes:
    """The queue of a session, by the name of the table or statement, and the results of the sent writes.

    `ids` has the ids that statements returned, by name; `position` is the transaction's id.
    """

    parts: dict[str, _Part] = field(default_factory=dict)
    ids: dict[str, set[int]] = field(default_factory=dict)
    position: str | None = None

    def take(self) -> tuple[TextualSelect, dict[str, Any], Callable[[Result[Any]], None]] | None:
        """The statement for what is queued, its parameters, and what takes its result; empties the queue."""
        # Emptied first: executing the statement sends the queue.
        parts, self.parts = self.parts, {}
        if not parts:
            return None
        parameters: dict[str, Any] = {}
        for number, part in enumerate(parts.values()):
            parameters[f"rows{number}"] = as_json(part.rows)
            if part.unless_all:
                parameters[f"wanted{number}"] = len(part.rows)
        statement = _statement(tuple((part.sql, part.unless_all) for part in parts.values()))
        return statement, parameters, partial(self._sent, tuple(parts))

    def _sent(self, names: Sequence[str], result: Result[Any]) -> None:
        row = result.mappings().one()
        self.position = row["position"]
        for number, name in enumerate(names):
            if ids := row.get(f"ids{number}"):
                self.ids.setdefault(name, set()).update(json.loads(ids))


class OptimisticSession(AsyncSession):
    """A session without a transaction, on an engine in AUTOCOMMIT; textual statements are run directly."""

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(engine, sync_session_class=FilteredSession, expire_on_commit=False, info={_OPTIMISTIC: True})
        self._engine = engine

    async def execute(
        self, statement: Executable, params: Any = None, *, execution_options: Any = _NO_OPTIONS, **others: Any
    ) -> Result[Any]:
        # Where SQLAlchemy has a connection, a second one is not taken.
        if self.in_transaction() or not isinstance(statement, TextClause | TextualSelect):
            return await super().execute(statement, params, execution_options=execution_options, **others)
        _require_unlocked(self, execution_options)
        return await run(self._engine, statement, params, ownership=execution_options.get(OWNERSHIP, ""))

    async def __aexit__(self, *of_block: Any) -> None:
        if self.in_transaction():  # else SQLAlchemy has run nothing
            await super().__aexit__(*of_block)


def is_optimistic(session: AsyncSession) -> bool:
    """Whether this session takes no locks and writes nothing before the commit."""
    return isinstance(session, OptimisticSession)


async def enqueue_insert(session: AsyncSession, table: TableClause, rows: Sequence[Any]) -> None:
    """Queues the insertion of rows that all have the same columns."""
    if rows:
        await enqueue_write(session, table.name, inserting(table, columns_of(rows[0])), rows)


async def enqueue_update(
    session: AsyncSession,
    table: TableClause,
    rows: Sequence[Mapping[str, Any]],
    *,
    match: Sequence[str],
    add: Collection[str] = (),
    name: str | None = None,
    ownership: str = "",
) -> None:
    """Queues an update of the rows with equal `match` columns; it sets modified_by and modified_on if they do not.

    The statement fails with Conflict unless each row matches: with "row_version" in `match`, a row that has changed
    since does not. Columns in `add` are incremented. For `name` and `ownership` see `enqueue_write`.
    """
    if rows:
        if "modified_by" in table.c:
            rows = [{"modified_by": current().caller.id, **row} for row in rows]
        sql = updating(table, tuple(rows[0]), tuple(match), tuple(add))
        await enqueue_write(session, name or table.name, sql, rows, unless_all=CHANGED_MEANWHILE, ownership=ownership)


async def enqueue_write(
    session: AsyncSession,
    name: str,
    sql: str,
    rows: Sequence[Any],
    *,
    unless_all: str | None = None,
    ownership: str = "",
) -> None:
    """Queues an INSERT, UPDATE or DELETE over the JSON parameter `:rows`.

    `name` is the table's name: parts of one statement do not see each other's changes, so a second part for a table
    goes into another statement. Parts that never match the same rows may have different names. With RETURNING id,
    `Writes.ids` has the ids by name. With `unless_all` the part must return a row for each match, and the statement
    fails with that SQLSTATE unless all rows match. `ownership` says why the rows are the caller's, where the caller is
    a user and rows are owned (chassis.db.ownership).
    """
    if not ownership:
        require_filter(sql)
    queued = _writes(session)
    if (part := queued.parts.get(name)) and (part.sql != sql or not sql.startswith("INSERT")):
        if is_optimistic(session):
            raise NeedsTransaction("a table is to be written again")
        await session.run_sync(_send)
    queued.parts.setdefault(name, _Part(sql, unless_all)).rows.extend(rows)


async def send_writes(session: AsyncSession) -> Writes:
    """Sends the queue; returns the results of this transaction so far."""
    queued = _writes(session)
    if not is_optimistic(session):
        await session.run_sync(_send)
    elif taken := queued.take():
        statement, parameters, receive = taken
        receive(await session.execute(statement, parameters, execution_options=_CHECKED))
    return queued


def _writes(session: AsyncSession | Session) -> Writes:
    writes: Writes = session.info.setdefault(_OF_SESSION, Writes())
    return writes


def _require_unlocked(session: AsyncSession | Session, options: Mapping[str, Any]) -> None:
    if not options.get("unlocked") or _writes(session).parts:
        raise NeedsTransaction("this statement needs a transaction")


@event.listens_for(FilteredSession, "do_orm_execute")
def _before_statement(state: ORMExecuteState) -> None:
    if state.session.info.get(_OPTIMISTIC):
        _require_unlocked(state.session, state.execution_options)
    _send(state.session)


@event.listens_for(FilteredSession, "before_flush")
def _before_flush(session: Session, _context: UOWTransaction, _instances: object) -> None:
    if session.info.get(_OPTIMISTIC):
        raise NeedsTransaction("entities are written in a transaction")


@event.listens_for(FilteredSession, "before_commit")
def _send(session: Session) -> None:
    if taken := _writes(session).take():
        statement, parameters, receive = taken
        receive(session.execute(statement, parameters, execution_options=_CHECKED))


@lru_cache(maxsize=256)
def _statement(parts: tuple[tuple[str, str | None], ...]) -> TextualSelect:
    writes = ", ".join(f"write{n} AS ({_ROWS.sub(f':rows{n}', sql)})" for n, (sql, _) in enumerate(parts))
    answers, names = "", "position"
    for number, (sql, unless_all) in enumerate(parts):
        if unless_all:
            met = f"(SELECT count(*) FROM write{number})"
            answers += f", require_all({met}, CAST(:wanted{number} AS bigint), '{unless_all}') AS met{number}"
            names += f" met{number}"
        elif sql.endswith(("RETURNING id", "RETURNING t.id")):
            answers += f", CAST((SELECT jsonb_agg(id) FROM write{number}) AS text) AS ids{number}"
            names += f" ids{number}"
    statement = text(f"WITH {writes} SELECT CAST(pg_current_xact_id() AS text) AS position{answers}")
    return statement.columns(*in_order(names))
