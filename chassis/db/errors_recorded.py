"""Unexpected errors in SQL, where operators list them."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic_core import to_jsonable_python
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.bulk import insert_rows
from chassis.db.failures import translated
from chassis.db.tables import RECORDED_ERROR
from chassis.grpc.sinks import UnexpectedError


class SqlErrorSink:
    """Keeps unexpected errors in `recorded_error`, a batch in one statement."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def write(self, entries: Sequence[UnexpectedError]) -> None:
        with translated():
            async with self._engine.begin() as connection:
                await insert_rows(connection, RECORDED_ERROR, to_jsonable_python(list(entries)))
