"""Clients whose calls are all recorded, with what they were told: the history that the checker reads."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any, TextIO

import httpx

from tests.chaos.checker.history import History, Json

# Far more than there are callers: none waits for a connection.
CONNECTIONS = 1_000
# What the checker reads of replies; the rest would fill the disk.
_KEPT = ("id", "etag", "status", "details")
_API = "/api/v1"


class Recorder:
    """Keeps the records of a run, in memory and as lines of `file`. `placed` hears of each new order and its token."""

    def __init__(self, file: TextIO) -> None:
        self.history = History()
        self.placed: Callable[[str, str], None] = lambda order_id, authorization: None
        self._file = file
        self._names: dict[str, str] = {}
        self._orders: set[str] = set()

    def add(self, kind: str, **fields: Any) -> None:
        record = {"kind": kind, **fields}
        self._file.write(json.dumps(record) + "\n")
        self.history.add(record)

    def call(self, request: httpx.Request, start: float, response: httpx.Response | None) -> None:
        """A request that began at `start` and has just been answered, or not."""
        path = request.url.raw_path.decode().removeprefix(_API)
        authorization = request.headers.get("authorization", "")
        reply: Json = _json(response.content) if response else {}
        if path == "/users/login" and "accessToken" in reply:
            self._names[f"Bearer {reply['accessToken']}"] = reply["user"]["id"]
        self.add(
            "call",
            who=self._names.get(authorization, ""),
            method=request.method,
            path=path,
            body={} if path.startswith("/users") else _json(request.content),
            start=start,
            end=time.monotonic(),
            status=response.status_code if response else 0,
            reply={name: reply[name] for name in _KEPT if name in reply},
        )
        if path == "/orders" and request.method == "POST" and "id" in reply and reply["id"] not in self._orders:
            self._orders.add(reply["id"])
            self.placed(reply["id"], authorization)


class _Recording(httpx.AsyncBaseTransport):
    def __init__(self, recorder: Recorder) -> None:
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
        # verify=False, because making a TLS context takes 20 ms.
        self._transport = httpx.AsyncHTTPTransport(verify=False, limits=limits)
        self._recorder = recorder

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith(":watch"):
            return await self._transport.handle_async_request(request)
        start, answered = time.monotonic(), None
        try:
            response = await self._transport.handle_async_request(request)
            await response.aread()
            answered = response
        finally:
            self._recorder.call(request, start, answered)
        return response

    async def aclose(self) -> None:
        await self._transport.aclose()


def recorded_client(url: str, recorder: Recorder, *, timeout_s: float) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, transport=_Recording(recorder), trust_env=False, timeout=timeout_s)


def _json(content: bytes) -> Json:
    """An empty object for whatever is none: pages."""
    try:
        found = json.loads(content) if content else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
