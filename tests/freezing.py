"""A server that a test can freeze, like a process that is stopped (SIGSTOP)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Freezable:
    """Stands before a server. Frozen, it still accepts connections, as the kernel does, and passes nothing on."""

    def __init__(self, port: int) -> None:
        self._server_port = port
        self._going = asyncio.Event()
        self._going.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def freeze(self) -> None:
        self._going.clear()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Passes on both directions of a new connection."""
        await self._going.wait()
        to_server = await asyncio.open_connection("127.0.0.1", self._server_port)
        for pair in ((reader, to_server[1]), (to_server[0], writer)):
            task = asyncio.create_task(self._pass_on(*pair))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                await self._going.wait()
                writer.write(data)
        except ConnectionError:
            pass
        finally:
            writer.close()

    def end(self) -> None:
        for task in self._tasks:
            task.cancel()


@asynccontextmanager
async def freezable(port: int) -> AsyncIterator[Freezable]:
    """Stands before the server at this port for the block."""
    before = Freezable(port)
    async with await asyncio.start_server(before.accept, "127.0.0.1") as server:
        before.port = server.sockets[0].getsockname()[1]
        yield before
        before.end()
