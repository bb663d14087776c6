"""The writes of a transaction, gathered and sent as one statement: one round trip, however many tables a batch touches.

They are sent before anything else is asked of the session, so that nobody reads past them, and before it commits. Rows
are plain dicts as in chassis.db.bulk.

An optimistic session has no transaction: each of its statements is one, which saves BEGIN, COMMIT and waiting for
locks. It may run only reads that say that they need no lock (`UNLOCKED`), whose rows are guarded when they are written,
and, once, the writes that its commit sends. Anything else raises NeedsTransaction.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import TableClause, TextClause, event, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

from chassis.context import current
from chassis.db.bulk import as_json, inserting, updating
from chassis.db.failures import CHANGED_MEANWHILE
from chassis.db.session_hook import FilteredSession
from chassis.unit_of_work import NeedsTransaction

OPTIMISTIC = "optimistic"
# Execution options of a read that needs no lock, because whoever writes what it has found guards it.
UNLOCKED = {"unlocked": True}
_OF_SESSION = "gathered writes"
_ROWS = re.compile(r"(?<!:):rows\b")


@dataclass(slots=True)
class _Part:
    """A statement, its rows, and the SQLSTATE of the failure when not each row has met one of the table."""

    sql: str
    unless_all: str | None
    rows: list[Mapping[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Writes:
    """What is still to be sent in a session, by the name of its table or statement, and what was sent.

    `ids` are those that statements answered, by their name; `position` is the transaction's id.
    """

    parts: dict[str, _Part] = field(default_factory=dict)
    ids: dict[str, set[int]] = field(default_factory=dict)
    position: str | None = None


def is_optimistic(session: AsyncSession | Session) -> bool:
    """Whether nothing is locked in this session, and nothing written before the commit."""
    return bool(session.info.get(OPTIMISTIC))


async def enqueue_insert(session: AsyncSession, table: TableClause, rows: Sequence[Mapping[str, Any]]) -> None:
    """Will insert rows that all have the same columns."""
    if rows:
        await enqueue_write(session, table.name, inserting(table, tuple(rows[0])), rows)


async def enqueue_update(
    session: AsyncSession,
    table: TableClause,
    rows: Sequence[Mapping[str, Any]],
    *,
    match: Sequence[str],
    add: Collection[str] = (),
    name: str | None = None,
) -> None:
    """Will set all columns given, of the rows whose `match` columns are equal, and who changed them when.

    Each row has to meet one, or the whole statement fails with Conflict: with "row_version" among `match`, those that
    were changed since they were read are not met. Columns in `add` are added to. `name` as in `enqueue_write`.
    """
    if rows:
        if "modified_by" in table.c:
            rows = [{"modified_by": current().caller.id, **row} for row in rows]
        sql = updating(table, tuple(rows[0]), tuple(match), tuple(add))
        await enqueue_write(session, name or table.name, sql, rows, unless_all=CHANGED_MEANWHILE)


async def enqueue_write(
    session: AsyncSession, name: str, sql: str, rows: Sequence[Mapping[str, Any]], *, unless_all: str | None = None
) -> None:
    """Will run an INSERT, UPDATE or DELETE over the JSON parameter `:rows`.

    `name` is that of its table: no part of a statement sees what another one does, so that a second part for a table
    goes into the next statement. Whoever knows that two never meet the same rows gives them different names. With
    RETURNING id, `Writes.ids` has the ids by name. With `unless_all` the statement returns something for each row
    that it meets, and fails with that SQLSTATE unless it met all.
    """
    gathered = _writes(session)
    if (part := gathered.parts.get(name)) and (part.sql != sql or not sql.startswith("INSERT")):
        if is_optimistic(session):
            raise NeedsTransaction("what was written is to be written again")
        await session.run_sync(_send)
    gathered.parts.setdefault(name, _Part(sql, unless_all)).rows.extend(rows)


async def send_writes(session: AsyncSession) -> Writes:
    """Sends what is gathered; answers what was sent in this transaction."""
    await session.run_sync(_send)
    return _writes(session)


def _writes(session: AsyncSession | Session) -> Writes:
    gathered: Writes = session.info.setdefault(_OF_SESSION, Writes())
    return gathered


@event.listens_for(FilteredSession, "do_orm_execute")
def _before_statement(state: ORMExecuteState) -> None:
    if is_optimistic(state.session) and (
        _writes(state.session).parts or not state.execution_options.get("unlocked", False)
    ):
        raise NeedsTransaction("this statement needs a transaction")
    _send(state.session)


@event.listens_for(FilteredSession, "before_flush")
def _before_flush(session: Session, _context: UOWTransaction, _instances: object) -> None:
    if is_optimistic(session):
        raise NeedsTransaction("entities are written in a transaction")


@event.listens_for(FilteredSession, "before_commit")
def _send(session: Session) -> None:
    gathered = _writes(session)
    # Taken first: executing comes by here again.
    parts, gathered.parts = gathered.parts, {}
    if not parts:
        return
    parameters: dict[str, Any] = {}
    for number, part in enumerate(parts.values()):
        parameters[f"rows{number}"] = as_json(part.rows)
        if part.unless_all:
            parameters[f"wanted{number}"] = len(part.rows)
    statement = _statement(tuple((part.sql, part.unless_all) for part in parts.values()))
    row = session.execute(statement, parameters, execution_options=UNLOCKED).mappings().one()
    gathered.position = row["position"]
    for number, name in enumerate(parts):
        if ids := row.get(f"ids{number}"):
            gathered.ids.setdefault(name, set()).update(json.loads(ids))


@lru_cache(maxsize=256)
def _statement(parts: tuple[tuple[str, str | None], ...]) -> TextClause:
    writes = ", ".join(
        f"write{number} AS ({_ROWS.sub(f':rows{number}', sql)})" for number, (sql, _) in enumerate(parts)
    )
    answers = ""
    for number, (sql, unless_all) in enumerate(parts):
        if unless_all:
            met = f"(SELECT count(*) FROM write{number})"
            answers += f", require_all({met}, CAST(:wanted{number} AS bigint), '{unless_all}') AS met{number}"
        elif sql.endswith(("RETURNING id", "RETURNING t.id")):
            answers += f", CAST((SELECT jsonb_agg(id) FROM write{number}) AS text) AS ids{number}"
    return text(f"WITH {writes} SELECT CAST(pg_current_xact_id() AS text) AS position{answers}")
