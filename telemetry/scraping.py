"""GET /metrics over plain HTTP, for scrapers: on an address of its own, off by default (ADR 0067).

A scraper that may not reach this port can be given the same text by OpsService.GetMetrics.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable

import h11

from telemetry.gauges import TEXT

_REQUEST_BYTES, _REQUEST_S, _REPLY_S = 8192, 5, 15
_CONNECTIONS = 16


class ScrapeEndpoint:
    """Answers with `expose`, one request for each connection; with a `token`, to those who send it as a bearer token.

    Of more connections at once than a few scrapers need, the newest are closed.
    """

    def __init__(self, host: str, port: int, token: str, expose: Callable[[], Awaitable[bytes]]) -> None:
        self._host, self.port, self._expose = host, port, expose
        self._authorization = f"Bearer {token}".encode() if token else b""
        self._open: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Raises OSError if the address is in use."""
        self._server = await asyncio.start_server(self._accept, self._host, self.port, limit=_REQUEST_BYTES)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self._server.close()
        for connection in self._open:
            connection.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._open) >= _CONNECTIONS:
            writer.transport.abort()
            return
        connection = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._open.add(connection)
        connection.add_done_callback(self._open.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            http = h11.Connection(h11.SERVER, max_incomplete_event_size=_REQUEST_BYTES)
            async with asyncio.timeout(_REQUEST_S):
                status, method = self._checked(await _request(http, reader))
            async with asyncio.timeout(_REPLY_S):
                body = await self._expose() if status == 200 else b""
                writer.write(_reply(http, status, body, without_body=method == b"HEAD"))
                await writer.drain()
                writer.close()
                await writer.wait_closed()
        except (TimeoutError, OSError):
            pass
        finally:
            writer.transport.abort()

    def _checked(self, request: h11.Request | None) -> tuple[int, bytes]:
        if request is None:
            return 400, b""
        if request.target.partition(b"?")[0] != b"/metrics":
            return 404, request.method
        if request.method not in (b"GET", b"HEAD"):
            return 405, request.method
        sent = next((value for name, value in request.headers if name == b"authorization"), b"")
        return 401 if self._authorization and not hmac.compare_digest(
            sent, self._authorization
        ) else 200, request.method


async def _request(http: h11.Connection, reader: asyncio.StreamReader) -> h11.Request | None:
    """The request, of which the body is not read; None if it is not HTTP."""
    try:
        while (event := http.next_event()) is h11.NEED_DATA:
            http.receive_data(await reader.read(_REQUEST_BYTES))
    except h11.RemoteProtocolError:
        return None
    return event if isinstance(event, h11.Request) else None


def _reply(http: h11.Connection, status: int, body: bytes, *, without_body: bool) -> bytes:
    headers = [("content-type", TEXT), ("content-length", str(len(body))), ("connection", "close")]
    if status == 401:
        headers.append(("www-authenticate", "Bearer"))
    if http.our_state not in (h11.SEND_RESPONSE, h11.IDLE):
        return b""
    begun = http.send(h11.Response(status_code=status, headers=headers)) or b""
    return begun if without_body else begun + (http.send(h11.Data(data=body)) or b"")
