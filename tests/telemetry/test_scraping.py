"""The port for scrapers, over real sockets: what it answers, to whom, and how little it can be made to do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx
import pytest

from telemetry import scraping
from telemetry.scraping import ScrapeEndpoint

TOKEN = "a token of more than thirty-two characters"


async def expose() -> bytes:
    return b"easyorder_streams_open 3.0\n"


@asynccontextmanager
async def endpoint(token: str = "") -> AsyncIterator[ScrapeEndpoint]:
    served = ScrapeEndpoint("127.0.0.1", 0, token, expose)
    await served.start()
    try:
        yield served
    finally:
        await served.stop()


async def sent(served: ScrapeEndpoint, data: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(data)
    try:
        async with asyncio.timeout(10):
            return await reader.read()
    finally:
        writer.close()


async def test_a_scraper_gets_the_text() -> None:
    async with endpoint() as served, httpx.AsyncClient() as http:
        reply = await http.get(f"http://127.0.0.1:{served.port}/metrics?a=b")

    assert (reply.status_code, reply.content) == (200, await expose())
    assert reply.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 401), ({"authorization": f"Bearer {TOKEN}x"}, 401), ({"authorization": f"Bearer {TOKEN}"}, 200)],
)
async def test_a_token_is_asked_for(headers: dict[str, str], status: int) -> None:
    async with endpoint(TOKEN) as served, httpx.AsyncClient() as http:
        reply = await http.get(f"http://127.0.0.1:{served.port}/metrics", headers=headers)

    assert reply.status_code == status
    assert bool(reply.content) == (status == 200)


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GET / HTTP/1.1", b"404"),
        (b"POST /metrics HTTP/1.1", b"405"),
        (b"HEAD /metrics HTTP/1.1", b"200"),
        (b"\x16\x03\x01 what", b"400"),
        (b"GET /" + b"x" * 30_000 + b" HTTP/1.1", b"400"),
    ],
)
async def test_everything_else_is_refused(request_line: bytes, status: bytes) -> None:
    async with endpoint() as served:
        reply = await sent(served, request_line + b"\r\nhost: x\r\n\r\n")

    assert reply.startswith(b"HTTP/1.1 " + status)
    assert await expose() not in reply


async def test_who_sends_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scraping, "_REQUEST_S", 0.05)
    async with endpoint() as served:
        assert await sent(served, b"GET /metrics") == b""


async def test_connections_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scraping, "_CONNECTIONS", 1)
    async with endpoint() as served:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        with suppress(ConnectionError):
            assert await sent(served, b"GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n") == b""
        writer.write(b"GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n")
        assert (await reader.read()).endswith(await expose())
        writer.close()
