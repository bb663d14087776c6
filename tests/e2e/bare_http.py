"""A client of HTTP/1.1 over bare connections.

A client library takes more time for an order than the mesh has, and would set the rate of what is tested; one that
opens a hundred streams at once keeps a processor busy for half a second.
"""

from __future__ import annotations

import asyncio
import json as encoding
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

# What Envoy lets a call take, and a little.
DEADLINE_S = 16.0
# Of a stream, which has a heartbeat more often.
SILENT_S = 60.0
_Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True)
class Reply:
    """The names are those of httpx."""

    status_code: int
    headers: Mapping[str, str]
    text: str

    @property
    def is_success(self) -> bool:
        return self.status_code < 400

    def json(self) -> Any:
        return encoding.loads(self.text)


@dataclass
class BareClient:
    """Sends `headers` with every call, over one connection for each call that is under way."""

    address: str
    headers: dict[str, str] = field(default_factory=dict)
    _free: list[_Connection] = field(default_factory=list)

    async def request(
        self, method: str, path: str, *, json: Any = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Raises OSError or EOFError where there is no reply: TimeoutError if there is none within DEADLINE_S."""
        body = b"" if json is None else encoding.dumps(json).encode()
        async with asyncio.timeout(DEADLINE_S):
            reader, writer = await self._connection()
            stays_open = False
            try:
                writer.write(self._head(method, path, len(body), headers) + body)
                reply = await _read_reply(reader)
                # Envoy closes what it drains, and where it refuses what it has not read to the end.
                stays_open = reply.headers.get("connection") != "close"
            finally:
                if stays_open:
                    self._free.append((reader, writer))
                else:
                    writer.close()
        return reply

    @asynccontextmanager
    async def stream(
        self, path: str, *, headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[tuple[int, AsyncIterator[str]]]:
        """The status and the lines of a reply that goes on; the lines end with it.

        They raise OSError or EOFError where it breaks: TimeoutError if it is silent for SILENT_S.
        """
        async with asyncio.timeout(SILENT_S):
            reader, writer = await asyncio.open_connection(*self.address.split(":"))
        try:
            writer.write(self._head("GET", path, 0, headers))
            async with asyncio.timeout(SILENT_S):
                status, received = await _read_head(reader)
            yield status, _lines(reader, received)
        finally:
            writer.close()

    def close(self) -> None:
        """Once no call is under way."""
        while self._free:
            self._free.pop()[1].close()

    def _head(self, method: str, path: str, length: int, headers: Mapping[str, str] | None) -> bytes:
        sent = {"host": self.address, "content-type": "application/json", "content-length": str(length)}
        lines = [f"{name}: {value}" for name, value in {**sent, **self.headers, **(headers or {})}.items()]
        return "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""]).encode()

    async def _connection(self) -> _Connection:
        while self._free:
            reader, writer = self._free.pop()
            if not reader.at_eof():
                return reader, writer
            writer.close()
        return await asyncio.open_connection(*self.address.split(":"))


async def _read_reply(reader: asyncio.StreamReader) -> Reply:
    status, headers = await _read_head(reader)
    body = await reader.readexactly(int(headers["content-length"]))
    return Reply(status, headers, body.decode())


async def _read_head(reader: asyncio.StreamReader) -> tuple[int, Mapping[str, str]]:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()[:-1]
    return int(first.split()[1]), dict(line.split(": ", 1) for line in lines)


async def _lines(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> AsyncIterator[str]:
    """Of a body in chunks, or of one whose length is known."""
    if length := headers.get("content-length"):
        async with asyncio.timeout(SILENT_S):
            whole = await reader.readexactly(int(length))
        for line in whole.decode().splitlines():
            yield line
        return
    rest = b""
    while chunk := await _read_chunk(reader):
        *ended, rest = (rest + chunk).split(b"\n")
        for encoded in ended:
            yield encoded.decode().rstrip("\r")


async def _read_chunk(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(SILENT_S):
        size = int(await reader.readuntil(b"\r\n"), 16)
        return (await reader.readexactly(size + 2))[:-2]
