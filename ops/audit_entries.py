"""Lists and exports audit entries by any of their properties, the newest first. A page examines a bounded number."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Any, TypeAlias

from easyorder.ops import v1
from sqlalchemy import BigInteger, RowMapping, and_, func, literal, or_, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import fetch
from chassis.db.tables import AUDIT_ENTRY
from chassis.db.types import UtcDateTime
from chassis.page_tokens import PageTokens
from foundation.csv_lines import lines, time_cell

Filter: TypeAlias = v1.ListAuditEntriesRequest | v1.ExportAuditEntriesRequest
MOST_EXAMINED = 50_000
_EXPORT_PAGE = 1000
_PROPERTIES = (
    *("actor", "on_behalf_of", "address", "session_id", "action", "resource", "outcome", "correlation_id"),
    *("failed_only", "start_time", "end_time"),
)
# Only entries that have these are examined.
_INDEXED = ("actor", "resource")
_COLUMNS = (
    *("id", "event_time", "actor", "on_behalf_of", "address", "session_id", "action", "resource", "outcome"),
    *("attempts", "correlation_id", "detail", "changes"),
)
_PLACES = PageTokens(tuple[datetime, int])
_C = AUDIT_ENTRY.c


async def list_entries(
    engine: AsyncEngine, request: Filter, *, page_size: int, page_token: str = ""
) -> tuple[list[RowMapping], str]:
    """At most `page_size` rows, and the token of the next page. Raises InvalidArgument for an altered token."""
    given = {name: value for name in _PROPERTIES if (value := getattr(request, name))}
    filter = f"audit{given or ''}"
    examined = _examined(given, _PLACES.read(page_token, filter=filter) if page_token else None).subquery()
    wanted = [examined.c[name] == given[name] for name in given if name in _C and name not in _INDEXED]
    if "failed_only" in given:
        wanted.append(examined.c.outcome != "OK")
    is_wanted = and_(true(), *wanted)
    # The last of those that are examined is where the next page begins, wanted or not.
    query = (
        select(examined, is_wanted.label("is_wanted"))
        .where(or_(is_wanted, examined.c.place == MOST_EXAMINED))
        .order_by(examined.c.place)
        .limit(page_size + 1)
    )
    found = [row._mapping for row in await fetch(engine, query)]
    rows = [row for row in found if row["is_wanted"]]
    last = rows[page_size - 1] if len(rows) > page_size else found[-1] if found else None
    if last is None or (len(rows) <= page_size and last["place"] < MOST_EXAMINED):
        return rows, ""
    return rows[:page_size], _PLACES.write((last["time"], last["id"]), filter=filter)


def _examined(given: dict[str, Any], below: tuple[datetime, int] | None) -> Any:
    order = _C.time.desc(), _C.id.desc()
    query = select(*_C, func.row_number().over(order_by=order).label("place"))
    query = query.where(*(_C[name] == given[name] for name in _INDEXED if name in given))
    if "start_time" in given:
        query = query.where(_C.time >= given["start_time"])
    if "end_time" in given:
        query = query.where(_C.time < given["end_time"])
    if below is not None:
        time, id = below
        query = query.where(tuple_(_C.time, _C.id) < tuple_(literal(time, UtcDateTime), literal(id, BigInteger)))
    return query.order_by(*order).limit(MOST_EXAMINED)


def entry_message(row: RowMapping) -> v1.AuditEntry:
    own = {name: row[name] for name in _COLUMNS if name not in ("id", "event_time", "changes")}
    changes = [v1.FieldChange(**change) for change in row["changes"] or ()]
    return v1.AuditEntry(id=str(row["id"]), event_time=row["time"], changes=changes, **own)


async def export_entries(engine: AsyncEngine, request: Filter) -> AsyncGenerator[bytes, None]:
    """CSV in parts. No transaction is held meanwhile: entries do not change."""
    rows, token = await list_entries(engine, request, page_size=_EXPORT_PAGE)
    yield b"".join(lines([_COLUMNS]))
    while True:
        for part in lines(map(_cells, rows)):
            yield part
        if not token:
            return
        rows, token = await list_entries(engine, request, page_size=_EXPORT_PAGE, page_token=token)


def _cells(row: RowMapping) -> list[object]:
    known = dict(row) | {"event_time": time_cell(row["time"]), "changes": json.dumps(row["changes"] or [])}
    return [known[name] for name in _COLUMNS]
