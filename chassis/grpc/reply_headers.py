"""Headers of the reply, set from inside a handler; Envoy shows them to JSON clients as HTTP headers."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from grpc.aio import ServicerContext

_headers: ContextVar[dict[str, str] | None] = ContextVar("easyorder_reply_headers", default=None)


def set(name: str, value: str) -> None:
    """Adds a header, lower case, to the reply of the request being served. Does nothing outside a request.

    A stream's headers go with its first message.
    """
    headers = _headers.get()
    if headers is not None:
        headers[name] = value


def begin() -> None:
    """Gives the request being served headers of its own."""
    _headers.set({})


async def send(context: ServicerContext[Any, Any]) -> None:
    """Sends the headers that were set, if any; they go before the first message."""
    if headers := _headers.get():
        await context.send_initial_metadata(tuple(headers.items()))
