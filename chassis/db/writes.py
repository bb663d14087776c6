"""The writes of a transaction, gathered and sent as one statement: one round trip, however many tables a batch touches.

They are sent before anything else is asked of the session, so that nobody reads past them, and before it commits.
A session carries out one transaction. Rows are plain dicts as in chassis.db.bulk.
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
from chassis.db.session_hook import FilteredSession

_ROWS = re.compile(r"(?<!:):rows\b")
_OF_SESSION = "gathered writes"


@dataclass(slots=True)
class Sent:
    """What a session has sent: the ids that statements answered, by their name, and its transaction's id."""

    ids: dict[str, set[int]] = field(default_factory=dict)
    position: str | None = None


@dataclass(slots=True)
class _Gathered:
    # By the name of the table, or of the statement: the SQL of a part, and its rows.
    parts: dict[str, tuple[str, list[Mapping[str, Any]]]] = field(default_factory=dict)
    sent: Sent = field(default_factory=Sent)


async def gather_insert(session: AsyncSession, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Will insert rows that all have the same columns."""
    if rows:
        await gather(session, table.name, inserting(table, tuple(rows[0])), rows)


async def gather_update(
    session: AsyncSession,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    match: Sequence[str],
    set_: Mapping[str, str] | None = None,
    name: str | None = None,
) -> None:
    """Will update the rows whose `match` columns are equal, like bulk.update_rows; `name` as in `gather`."""
    if rows:
        extra = tuple(sorted((set_ or {}).items()))
        await gather(session, name or table.name, updating(table, tuple(rows[0]), tuple(match), extra), rows)


async def gather(session: AsyncSession, name: str, sql: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Will run an INSERT, UPDATE or DELETE over the JSON parameter `:rows`.

    `name` is that of its table: no part of a statement sees what another one does, so that a second part for a table
    goes into the next statement. Whoever knows that two never meet the same rows gives them different names. With
    RETURNING id, `Sent.ids` has the ids by name.
    """
    parts = _gathered(session).parts
    if name in parts and (parts[name][0] != sql or not sql.startswith("INSERT")):
        await session.run_sync(_send)
        parts = _gathered(session).parts
    parts.setdefault(name, (sql, []))[1].extend(rows)


async def send_writes(session: AsyncSession) -> Sent:
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
    _send(state.session)


@event.listens_for(FilteredSession, "before_commit")
def _send(session: Session) -> None:
    gathered = _gathered(session)
    if not gathered.parts:
        return
    # Taken first: executing comes by here again.
    parts, gathered.parts = gathered.parts, {}
    parameters = {f"rows{number}": as_json(rows) for number, (_, rows) in enumerate(parts.values())}
    row = session.execute(_statement(tuple(sql for sql, _ in parts.values())), parameters).mappings().one()
    gathered.sent.position = row["position"]
    for number, (name, (sql, _)) in enumerate(parts.items()):
        if sql.endswith(_RETURNING):
            gathered.sent.ids.setdefault(name, set()).update(json.loads(row[f"ids{number}"]))


_RETURNING = ("RETURNING id", "RETURNING t.id")


@lru_cache(maxsize=256)
def _statement(parts: tuple[str, ...]) -> TextClause:
    writes = ", ".join(f"write{number} AS ({_ROWS.sub(f':rows{number}', sql)})" for number, sql in enumerate(parts))
    answers = "".join(
        f", CAST((SELECT coalesce(jsonb_agg(id), '[]') FROM write{number}) AS text) AS ids{number}"
        for number, sql in enumerate(parts)
        if sql.endswith(_RETURNING)
    )
    return text(f"WITH {writes} SELECT CAST(pg_current_xact_id() AS text) AS position{answers}")
