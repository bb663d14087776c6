"""Read-your-writes: a reader waits, for a bounded time, until the projection has what it caused, saw or asks for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.background import passes
from chassis.batching import Batcher
from chassis.context import ANONYMOUS
from chassis.db.bulk import as_json
from chassis.db.engine import fetch
from chassis.errors import Unavailable

T = TypeVar("T")
# Parked changes are left to operators; no reader waits for them.
PENDING = text("""
SELECT pending.first, pending.last
FROM jsonb_to_recordset(CAST(:readers AS jsonb)) AS reader(number int, caller text, position text), LATERAL (
    SELECT min(id) AS first, max(id) AS last FROM change_log WHERE failures = 0 AND (
        owner = reader.caller OR (actor = reader.caller AND actor <> owner)
        OR xact_id = CAST(reader.position AS xid8)
    )
) AS pending
ORDER BY reader.number
""")
# Under load, readers that arrive within this time share a query.
_PACE_S = 0.005
# A time before which all changes that were committed can be read, if that is known.
ReadTime = Callable[[], datetime | None]
# Reader id and the position token it presented.
_Reader = tuple[str, str | None]


class ReadYourWrites:
    """Queries the write database for changes that are not yet applied.

    Readers that arrive while a query runs share the next query, so that it begins after they arrived. Those that have
    to wait all wait for the end of the projector's next round in this process, which `flush` requests, and then ask
    again. A change that another replica is applying has left the log by then, because projectors take turns.
    """

    def __init__(self, write: AsyncEngine, *, flush: Callable[[], asyncio.Event], read_time: ReadTime) -> None:
        self._write, self._flush, self.read_time = write, flush, read_time
        self._asking: Batcher[_Reader, tuple[int, int]] = Batcher(
            "read positions", self._pending, max_size=500, pace_s=_PACE_S
        )

    async def wait(self, caller_id: str, position: str | None = None, timeout_s: float = 2.0) -> bool:
        """Waits until changes of the caller and of the transaction at `position` are applied; False if it gave up."""
        if position is None and caller_id == ANONYMOUS.id:
            return True  # without changes of their own
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        first, last = await self._asking.submit((caller_id, position))
        while 0 < first <= last:
            if (left_s := deadline - loop.time()) <= 0:
                return False
            await passes(self._flush(), within_s=left_s)
            first, _ = await self._asking.submit((caller_id, position))
        return True

    async def find(
        self, read: Callable[[], Awaitable[T | None]], creator: Callable[[], Awaitable[str | None]]
    ) -> T | None:
        """What `read` finds, even if somebody has just created it: then `creator` finds who, on the write side.

        Raises Unavailable if it is not applied in time.
        """
        found = await read()
        if found is None and (created_by := await creator()) is not None:
            await self.wait(created_by)
            if (found := await read()) is None:
                raise Unavailable("this was just written and cannot be read yet; try again")
        return found

    async def _pending(self, readers: Sequence[_Reader]) -> list[tuple[int, int]]:
        """For each reader, the ids of the first and the last change to wait for, or zeros if there are none."""
        numbers = {reader: number for number, reader in enumerate(dict.fromkeys(readers))}
        wanted = [
            {"number": number, "caller": caller, "position": position} for (caller, position), number in numbers.items()
        ]
        rows = await fetch(self._write, PENDING, {"readers": as_json(wanted)})
        return [(rows[numbers[reader]].first or 0, rows[numbers[reader]].last or 0) for reader in readers]
