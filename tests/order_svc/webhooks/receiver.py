"""A receiver of webhooks on this machine, which verifies signatures with the package of Standard Webhooks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from standardwebhooks import Webhook as Verifier

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


def answer(status: int, *headers: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status} x", "content-length: 0", *headers, "", ""]).encode()


@dataclass(frozen=True)
class Request:
    """One that came, and whether it was answered with 200."""

    path: str
    headers: dict[str, str]
    body: bytes
    taken: bool

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        return dict(json.loads(self.body))

    def is_signed_with(self, *secrets: str) -> bool:
        """Raises WebhookVerificationError if it is not, with one of them."""
        for secret in secrets:
            Verifier(secret).verify(self.body, self.headers)
        return True


class Receiver:
    """Answers each request as `answers` says: bytes, or None to close the connection."""

    def __init__(self) -> None:
        self.port = 0
        self.requests: list[Request] = []
        self.answers: Callable[[dict[str, str]], bytes | None] = lambda headers: OK
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/events"

    @property
    def taken(self) -> list[Request]:
        return [request for request in self.requests if request.taken]

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def kill(self) -> None:
        """Ends all connections, without an answer to what was received."""
        if self._server is not None:
            self._server.close()
        for writer in self._open:
            writer.transport.abort()
        self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            while True:
                head, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
                body = await reader.readexactly(int(headers["content-length"]))
                reply = self.answers(headers)
                self.requests.append(Request(head.split()[1], headers, body, reply == OK))
                if reply is None:
                    break
                writer.write(reply)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()
