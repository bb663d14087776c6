"""Headers of the reply, set from inside a handler; Envoy shows them to JSON clients as HTTP headers."""

from __future__ import annotations

from typing import Any

from grpc.aio import ServicerContext

from chassis.context import current


def set(name: str, value: str) -> None:
    """Adds a header, lower case, to the reply of the request being served; a stream's go with its first message."""
    current().reply_headers[name] = value


async def send(context: ServicerContext[Any, Any]) -> None:
    """Sends the headers that were set, if any; they go before the first message.

    Services of the mesh read none, and calls without cost less.
    """
    known = current()
    if (headers := known.reply_headers) and not known.caller.is_service:
        await context.send_initial_metadata(tuple(headers.items()))
