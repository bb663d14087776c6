"""A stream client for tests: reads in the background and stores the messages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from types import TracebackType
from typing import Any

from easyorder.order.v1 import OrderEvent

from chassis.context import current
from chassis.grpc.streams import OpenStreams
from tests.polling import eventually


class Watching:
    """Reads a stream as long as the block lasts: any of messages that have a sequence and may be heartbeats.

    `heard` is what came, heartbeats left out.
    """

    def __init__(self, stream: AsyncGenerator[Any, None]) -> None:
        self._stream = stream
        self.messages: list[Any] = []

    @property
    def heard(self) -> list[Any]:
        return [message for message in self.messages if message.heartbeat is None]

    @property
    def sequences(self) -> list[int]:
        return [message.sequence for message in self.heard]

    async def hears(self, count: int) -> list[Any]:
        """Waits until that many messages came."""
        await eventually(lambda: len(self.heard) >= count)
        return self.heard

    async def ends(self) -> list[Any]:
        """Waits for the end of the stream; raises what ended it, if it was an error."""
        async with asyncio.timeout(5):
            await asyncio.shield(self._reading)
        return self.heard

    async def __aenter__(self) -> Watching:
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._reading.cancel()
        await asyncio.wait([self._reading])
        await self._stream.aclose()

    async def _read(self) -> None:
        async for message in self._stream:
            self.messages.append(message)


async def served(streams: OpenStreams, messages: AsyncGenerator[Any, None]) -> AsyncGenerator[Any, None]:
    """The messages, as a server with these streams serves them."""
    async with asyncio.timeout(None) as limit, aclosing(messages):
        with streams.one_more(current(), limit):
            async for message in messages:
                yield message


def content(message: OrderEvent) -> str:
    """Which content a message of a stream of orders has."""
    names = (
        "order_counts",
        "order_snapshot",
        "order_created",
        "order_status_changed",
        "inventory_status",
        "payment_attempt",
        "payment_refund",
        "admin_alert",
        "heartbeat",
        "error",
    )
    return next(name for name in names if getattr(message, name) is not None)
