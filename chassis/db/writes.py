"""The writes of a transaction, gathered and sent as one statement: one round trip, however many tables a batch touches.

They are sent before anything else is asked of the session, so that nobody reads past them, and before it commits. An
optimistic session (chassis.db.optimism) sends them once, as its commit. A session carries out one transaction. Rows are
plain dicts as in chassis.db.bulk.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import Table, TextClause, event, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import ORMExecuteState, Session

from chassis.db.bulk import as_json, inserting, updating
from chassis.db.failures import CHANGED_MEANWHILE
from chassis.db.optimism import UNLOCKED, is_optimistic
from chassis.db.session_hook import FilteredSession
from chassis.unit_of_work import NeedsTransaction

_ROWS = re.compile(r"(?<!:):rows\b")
_OF_SESSION = "gathered writes"


@dataclass(slots=True)
class FlushResult:
    """What a session has sent: the ids that statements answered, by their name, and its transaction's id."""

    ids: dict[str, set[int]] = field(default_factory=dict)
    position: str | None = None


@dataclass(slots=True)
class _Part:
    """A statement, its rows, and the SQLSTATE of the failure when not each row has met one of the table."""

    sql: str
    refusal: str | None
    rows: list[Mapping[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class _Gathered:
    # By the name of the table, or of the statement.
    parts: dict[str, _Part] = field(default_factory=dict)
    sent: FlushResult = field(default_factory=FlushResult)


async def enqueue_insert(session: AsyncSession, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Will insert rows that all have the same columns."""
    if rows:
        await enqueue_write(session, table.name, inserting(table, tuple(rows[0])), rows)


async def enqueue_update(
    session: AsyncSession,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    match: Sequence[str],
    set_: Mapping[str, str] | None = None,
    name: str | None = None,
    expected_version: str | None = None,
) -> None:
    """Will update the rows whose `match` columns are equal, like bulk.update_rows; `name` as in `enqueue_write`.

    `expected_version` names the version column. Each row carries the version it was read at, as "expected_version"; the
    whole statement fails with Conflict unless the stored rows still have it.
    """
    if rows:
        extra = tuple(sorted((set_ or {}).items()))
        sql = updating(table, tuple(rows[0]), tuple(match), extra, expected_version)
        refusal = CHANGED_MEANWHILE if expected_version else None
        await enqueue_write(session, name or table.name, sql, rows, refusal=refusal)


async def enqueue_write(
    session: AsyncSession, name: str, sql: str, rows: Sequence[Mapping[str, Any]], *, refusal: str | None = None
) -> None:
    """Will run an INSERT, UPDATE or DELETE over the JSON parameter `:rows`.

    `name` is that of its table: no part of a statement sees what another one does, so that a second part for a table
    goes into the next statement. Whoever knows that two never meet the same rows gives them different names. With
    RETURNING id, `FlushResult.ids` has the ids by name. With a `refusal` (an SQLSTATE) as well, the statement fails
    with that unless there are as many ids as rows.
    """
    parts = _gathered(session).parts
    if name in parts and (parts[name].sql != sql or not sql.startswith("INSERT")):
        await session.run_sync(_send_early)
        parts = _gathered(session).parts
    parts.setdefault(name, _Part(sql, refusal)).rows.extend(rows)


async def send_writes(session: AsyncSession) -> FlushResult:
    """Sends what is gathered; answers what was sent in this transaction."""
    await session.run_sync(_send)
    return _gathered(session).sent


def _gathered(session: AsyncSession | Session) -> _Gathered:
    gathered: _Gathered | None = session.info.get(_OF_SESSION)
    if gathered is None:
        gathered = session.info[_OF_SESSION] = _Gathered()
    return gathered


@event.listens_for(FilteredSession, "do_orm_execute")
def _send_before(state: ORMExecuteState) -> None:
    _send_early(state.session)


def _send_early(session: Session) -> None:
    if _gathered(session).parts:
        if is_optimistic(session):
            raise NeedsTransaction("what was written is to be read, or written again")
        _send(session)


@event.listens_for(FilteredSession, "before_commit")
def _send(session: Session) -> None:
    gathered = _gathered(session)
    if not gathered.parts:
        return
    # Taken first: executing comes by here again.
    parts, gathered.parts = gathered.parts, {}
    parameters: dict[str, Any] = {}
    for number, part in enumerate(parts.values()):
        parameters[f"rows{number}"] = as_json(part.rows)
        if part.refusal:
            parameters[f"wanted{number}"] = len(part.rows)
    statement = _statement(tuple((part.sql, part.refusal) for part in parts.values()))
    row = session.execute(statement, parameters, execution_options=UNLOCKED).mappings().one()
    gathered.sent.position = row["position"]
    for number, (name, part) in enumerate(parts.items()):
        if _answers_ids(part.sql, part.refusal):
            gathered.sent.ids.setdefault(name, set()).update(json.loads(row[f"ids{number}"]))


def _answers_ids(sql: str, refusal: str | None) -> bool:
    return refusal is None and sql.endswith(("RETURNING id", "RETURNING t.id"))


@lru_cache(maxsize=256)
def _statement(parts: tuple[tuple[str, str | None], ...]) -> TextClause:
    writes = ", ".join(
        f"write{number} AS ({_ROWS.sub(f':rows{number}', sql)})" for number, (sql, _) in enumerate(parts)
    )
    answers = ""
    for number, (sql, refusal) in enumerate(parts):
        if refusal:
            met = f"(SELECT count(*) FROM write{number})"
            answers += f", require_all({met}, CAST(:wanted{number} AS bigint), '{refusal}') AS met{number}"
        elif _answers_ids(sql, refusal):
            answers += f", CAST((SELECT coalesce(jsonb_agg(id), '[]') FROM write{number}) AS text) AS ids{number}"
    return text(f"WITH {writes} SELECT CAST(pg_current_xact_id() AS text) AS position{answers}")
