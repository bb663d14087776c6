"""Streams that tell how something is: as it is at first, and again when it has changed, with heartbeats in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, TypeVar

from easyorder.common.v1 import Heartbeat

from chassis.clock import SystemClock
from chassis.errors import AppError
from chassis.grpc.status import to_status
from chassis.grpc.streams import stream_end

HEARTBEAT_S = 15.0
E = TypeVar("E")


async def snapshots(
    look: Callable[[], Awaitable[tuple[Any, float]]],
    event: Callable[..., E],
    content: str,
    *,
    heartbeat_s: float,
    change: Callable[[], asyncio.Future[Any]] = lambda: asyncio.get_running_loop().create_future(),
) -> AsyncGenerator[E, None]:
    """What `look` finds, as the field `content` of an event, until the stream has to end.

    `look` also says how many seconds later to look again; that is earlier if what `change` answered before is done.
    Raises what the first look raises; a later error is the last message.
    """
    clock, end, now, last, sent_at = SystemClock(), stream_end(), asyncio.get_running_loop().time, None, 0.0
    while not end.done():
        changed = change()
        try:
            found, pause_s = await look()
        except AppError as error:
            if last is None:
                raise
            yield event(event_time=clock.now(), error=to_status(error))
            return
        if found != last:
            last, sent_at = found, now()
            yield event(event_time=clock.now(), **{content: found})
        elif now() - sent_at >= heartbeat_s:
            sent_at = now()
            yield event(event_time=clock.now(), heartbeat=Heartbeat())
        waited: list[asyncio.Future[Any]] = [end, changed]
        await asyncio.wait(waited, timeout=min(pause_s, heartbeat_s), return_when=asyncio.FIRST_COMPLETED)
    yield event(event_time=clock.now(), error=to_status(end.result()))
