"""Ids that must be known before their row is: from blocks of a database sequence, one round trip a block (HiLo)."""

from __future__ import annotations

import asyncio

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine


class HiLo:
    """Hands out ids that no other process hands out. A restart skips the rest of its block."""

    def __init__(self, engine: AsyncEngine, sequence: str, *, block: int = 1000) -> None:
        self._engine = engine
        self._statement = text(f"SELECT nextval('{sequence}')")
        self._block = block
        self._next = self._end = 0
        self._lock = asyncio.Lock()

    async def next(self) -> int:
        async with self._lock:
            if self._next == self._end:
                async with self._engine.connect() as connection:
                    block = int((await connection.execute(self._statement)).scalar_one())
                self._next = block * self._block
                self._end = self._next + self._block
            self._next += 1
            return self._next - 1
