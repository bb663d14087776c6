"""A client of HTTP/1.1 over bare connections.

A client library takes more time for an order than the mesh has, and would set the rate of what is tested.
"""

from __future__ import annotations

import asyncio
import json as encoding
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# What Envoy lets a call take, and a little.
DEADLINE_S = 16.0
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
        sent = {"host": self.address, "content-type": "application/json", "content-length": str(len(body))}
        lines = [f"{name}: {value}" for name, value in {**sent, **self.headers, **(headers or {})}.items()]
        head = "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""]).encode()
        async with asyncio.timeout(DEADLINE_S):
            reader, writer = await self._connection()
            stays_open = False
            try:
                writer.write(head + body)
                reply = await _read_reply(reader)
                # Envoy closes what it drains, and where it refuses what it has not read to the end.
                stays_open = reply.headers.get("connection") != "close"
            finally:
                if stays_open:
                    self._free.append((reader, writer))
                else:
                    writer.close()
        return reply

    def close(self) -> None:
        """Once no call is under way."""
        while self._free:
            self._free.pop()[1].close()

    async def _connection(self) -> _Connection:
        while self._free:
            reader, writer = self._free.pop()
            if not reader.at_eof():
                return reader, writer
            writer.close()
        return await asyncio.open_connection(*self.address.split(":"))


async def _read_reply(reader: asyncio.StreamReader) -> Reply:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()[:-1]
    headers = dict(line.split(": ", 1) for line in lines)
    body = await reader.readexactly(int(headers["content-length"]))
    return Reply(int(first.split()[1]), headers, body.decode())
