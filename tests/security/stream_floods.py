"""Attempts to open more streams than one may have, each on a connection of its own; what opens is held."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.polling import keeping_pace

AT_ONCE, AT_A_TIME = 100, 10
ANSWERED_WITHIN_S = 30
# close() then resets the connection, so that none of its ports is left waiting.
RESET = struct.pack("ii", 1, 0)


@dataclass
class StreamFlood:
    """Attempts at `path` of the mesh at `target`, from its `addresses` in turn. `replies` counts the statuses.

    With bare sockets: a flood costs this machine what it costs the mesh, and next to nothing for its own program.
    """

    target: str
    path: str
    addresses: Sequence[str]
    headers: Mapping[str, str] = field(default_factory=dict)
    replies: Counter[int] = field(default_factory=Counter)
    _held: list[socket.socket] = field(default_factory=list)

    async def attempt(self, count: int, *, per_s: float) -> None:
        free, began = asyncio.Semaphore(AT_ONCE), asyncio.get_running_loop().time()
        for number in range(count):
            if number % AT_A_TIME == 0:
                await keeping_pace(began + number / per_s)
            await free.acquire()
            self._open(self.addresses[number % len(self.addresses)], free.release)
        async with asyncio.timeout(ANSWERED_WITHIN_S):
            for _ in range(AT_ONCE):
                await free.acquire()

    def _open(self, source: str, answered: Callable[[], None]) -> None:
        host, port = self.target.split(":")
        connection = socket.create_connection((host, int(port)), ANSWERED_WITHIN_S, (source, 0))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        lines = [f"GET {self.path} HTTP/1.1", f"host: {self.target}", *(f"{k}: {v}" for k, v in self.headers.items())]
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        asyncio.get_running_loop().add_reader(connection, self._read, connection, answered)

    def _read(self, connection: socket.socket, answered: Callable[[], None]) -> None:
        asyncio.get_running_loop().remove_reader(connection)
        head = b""
        with contextlib.suppress(ConnectionError):
            head = connection.recv(65_536)
        status = int(head.split(None, 2)[1]) if head else 0
        self.replies[status] += 1
        # It is not read any further: whoever holds streams to do harm does not read them.
        if status == 200:
            self._held.append(connection)
        else:
            connection.close()
        answered()

    def close(self) -> None:
        for connection in self._held:
            connection.close()


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
