"""Read-your-writes: a reader waits, for a bounded time, until the projection has what the reader has caused or seen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from chassis.batching import Batcher
from chassis.context import ANONYMOUS
from chassis.db.bulk import as_json
from chassis.db.writes import UNLOCKED
from chassis.errors import InvalidArgument

# Parked changes are the operators' affair; nobody waits for those.
_PENDING = """
FROM change_log
WHERE failures = 0 AND (
    owner = {caller} OR (actor = {caller} AND actor <> owner) OR xact_id = CAST(CAST({position} AS text) AS xid8)
)
"""
LAST = text(
    f"SELECT wanted.number, (SELECT max(id) {_PENDING.format(caller='wanted.caller', position='wanted.position')}) "
    "AS last FROM jsonb_to_recordset(CAST(:wanted AS jsonb)) AS wanted(number int, caller text, position text)"
)
_STILL = text(f"SELECT EXISTS (SELECT {_PENDING.format(caller=':caller', position=':position')} AND id <= :last)")
_POSITION = text("SELECT CAST(pg_current_xact_id() AS text)")


# Under load, those who come within these seconds share a question.
_PACE_S = 0.005
# Who reads, and the position that was shown to them.
_Reader = tuple[str, str | None]


async def current_position(session: AsyncSession) -> str:
    """Where the read side will be once it has the session's transaction: what `x-easyorder-position` carries."""
    return str((await session.execute(_POSITION, execution_options=UNLOCKED)).scalar_one())


class ReadYourWrites:
    """Asks the write database what is still to be applied. `flush` nudges this process's projector.

    Readers who come while a question is under way share the next one, which so begins after they came.
    """

    def __init__(self, write: AsyncEngine, *, flush: Callable[[], None] | None = None, poll_s: float = 0.01) -> None:
        # Single statements: without BEGIN and ROLLBACK they cost one round trip.
        self._write = write.execution_options(isolation_level="AUTOCOMMIT")
        self._flush = flush
        self._poll_s = poll_s
        self._asking: Batcher[_Reader, int | None] = Batcher(self._last, max_size=500, pace_s=_PACE_S)

    async def wait(self, caller_id: str, position: str | None = None, timeout_s: float = 2.0) -> bool:
        """Returns once the caller's changes and the transaction at `position` are applied, as far as committed by now.

        At once, after one indexed query, when nothing is pending. False when time is up. Raises InvalidArgument for a
        position that never was one.
        """
        if position is None and caller_id == ANONYMOUS.id:
            # Nobody in particular never wrote anything.
            return True
        if position is not None and not (position.isascii() and position.isdecimal() and len(position) < 20):
            raise InvalidArgument.of("x-easyorder-position", "send back what a reply carried")
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        last = await self._asking.submit((caller_id, position))
        if last is None:
            return True
        pending: dict[str, str | int | None] = {"caller": caller_id, "position": position, "last": last}
        # Not cancelled with the caller: that can poison the pooled connection.
        while await asyncio.shield(self._is_pending(pending)):
            if loop.time() >= deadline:
                return False
            if self._flush is not None:
                self._flush()
            await asyncio.sleep(self._poll_s)
        return True

    async def _last(self, readers: Sequence[_Reader]) -> list[int | None]:
        different = list(dict.fromkeys(readers))
        wanted = [
            {"number": number, "caller": caller, "position": position}
            for number, (caller, position) in enumerate(different)
        ]
        async with self._write.connect() as connection:
            rows = (await connection.execute(LAST, {"wanted": as_json(wanted)})).all()
        last = {different[row.number]: row.last for row in rows}
        return [last[reader] for reader in readers]

    async def _is_pending(self, parameters: Mapping[str, str | int | None]) -> bool:
        async with self._write.connect() as connection:
            return bool(await connection.scalar(_STILL, parameters))
