"""Lists unexpected errors, the newest first: all, those of one call, or those of a time."""

from __future__ import annotations

from datetime import datetime

from easyorder.ops import v1
from sqlalchemy import BigInteger, RowMapping, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import fetch
from chassis.db.tables import RECORDED_ERROR
from chassis.db.types import UtcDateTime
from chassis.page_tokens import PageTokens

_PLACES = PageTokens(tuple[datetime, int])
_C = RECORDED_ERROR.c


async def list_recorded_errors(
    engine: AsyncEngine, request: v1.ListErrorsRequest, *, page_size: int
) -> tuple[list[RowMapping], str]:
    """At most `page_size` rows, and the token of the next page. Raises InvalidArgument for an altered token."""
    query, filter = select(*_C), f"errors {request.correlation_id!r} {request.start_time} {request.end_time}"
    if request.correlation_id:
        query = query.where(_C.correlation_id == request.correlation_id)
    if request.start_time is not None:
        query = query.where(_C.time >= request.start_time)
    if request.end_time is not None:
        query = query.where(_C.time < request.end_time)
    if request.page_token:
        time, id = _PLACES.read(request.page_token, filter=filter)
        query = query.where(tuple_(_C.time, _C.id) < tuple_(literal(time, UtcDateTime), literal(id, BigInteger)))
    query = query.order_by(_C.time.desc(), _C.id.desc()).limit(page_size + 1)
    rows = [row._mapping for row in await fetch(engine, query)]
    if len(rows) <= page_size:
        return rows, ""
    last = rows[page_size - 1]
    return rows[:page_size], _PLACES.write((last["time"], last["id"]), filter=filter)


def error_message(row: RowMapping) -> v1.RecordedError:
    return v1.RecordedError(
        id=str(row["id"]),
        correlation_id=row["correlation_id"],
        event_time=row["time"],
        where=row["source"],
        summary=f"{row['kind']}: {row['message']}",
        detail=row["detail"],
    )
