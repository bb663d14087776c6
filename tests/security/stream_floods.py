"""Attempts to open more streams than one may have, each on a connection of its own; what opens is held."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.polling import keeping_pace

AT_ONCE = 100


@dataclass
class StreamFlood:
    """Attempts at `path` of the mesh at `target`, from its `addresses` in turn. `replies` counts the statuses."""

    target: str
    path: str
    addresses: Sequence[str]
    headers: Mapping[str, str] = field(default_factory=dict)
    replies: Counter[int] = field(default_factory=Counter)
    _held: list[asyncio.StreamWriter] = field(default_factory=list)

    async def attempt(self, count: int, *, per_s: float) -> None:
        free, began = asyncio.Semaphore(AT_ONCE), asyncio.get_running_loop().time()
        async with asyncio.TaskGroup() as attempts:
            for number in range(count):
                await keeping_pace(began + number / per_s)
                await free.acquire()
                attempts.create_task(self._open(number)).add_done_callback(lambda _: free.release())

    async def _open(self, number: int) -> None:
        host, port = self.target.split(":")
        source = (self.addresses[number % len(self.addresses)], 0)
        reader, writer = await asyncio.open_connection(host, int(port), local_addr=source)
        lines = [f"GET {self.path} HTTP/1.1", f"host: {self.target}", *(f"{k}: {v}" for k, v in self.headers.items())]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        async with asyncio.timeout(30):
            status = int((await reader.readuntil(b"\r\n\r\n")).split(None, 2)[1])
        self.replies[status] += 1
        # It is not read any further: whoever holds streams to do harm does not read them.
        if status == 200:
            self._held.append(writer)
        else:
            writer.close()

    def close(self) -> None:
        for writer in self._held:
            writer.transport.abort()


@asynccontextmanager
async def stream_flood(
    target: str, path: str, addresses: Sequence[str], headers: Mapping[str, str] | None = None
) -> AsyncIterator[StreamFlood]:
    """A flood whose streams are held until the end of the block."""
    flood = StreamFlood(target, path, addresses, headers or {})
    try:
        yield flood
    finally:
        flood.close()
