"""Ids that are known before the insert: blocks from a database sequence, one round trip per block (HiLo)."""

from __future__ import annotations

import asyncio

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from chassis.background import to_completion
from chassis.db.engine import fetch
from chassis.db.writes import UNLOCKED


class HiLo:
    """Assigns ids that no other process assigns. A restart skips the rest of the current block."""

    def __init__(self, engine: AsyncEngine, sequence: str, *, block: int = 1000) -> None:
        self._engine, self._block = engine, block
        # A sequence writes a record for each 32nd block only, and a commit without a record does not wait for the disk.
        self._statement = text(f"SELECT nextval('{sequence}') FROM pg_logical_emit_message(true, 'hilo', '')")
        self._next = self._end = 0
        self._lock = asyncio.Lock()

    async def next(self, session: AsyncSession | None = None) -> int:
        """The next id. In a transaction, pass its `session`: a second connection for a block could exhaust the pool."""
        async with self._lock:
            if self._next == self._end:
                self._next = await to_completion(self._fetch(session)) * self._block
                self._end = self._next + self._block
            self._next += 1
            return self._next - 1

    def skip(self, taken: int) -> None:
        """Gives up the rest of the block that has this id."""
        if self._end - self._block <= taken < self._end:
            self._next = self._end

    async def _fetch(self, session: AsyncSession | None) -> int:
        if session is not None:
            return int((await session.execute(self._statement, execution_options=UNLOCKED)).scalar_one())
        return int((await fetch(self._engine, self._statement))[0][0])
