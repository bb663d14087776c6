"""WatchJobs: the first page of jobs, and again when it has changed.

However many streams there are, one query runs at a time. A stream pauses ten times as long as its last look took.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable

from easyorder.common.v1 import Heartbeat
from easyorder.ops.v1 import JobsEvent, ListJobsRequest, ListJobsResponse

from chassis.background import to_completion
from chassis.clock import SystemClock
from chassis.errors import AppError
from chassis.grpc.status import to_status
from chassis.grpc.streams import stream_end

_HEARTBEAT_S = 15.0
_EVERY_S, _SHARE = 1.0, 0.1

ListJobs = Callable[[ListJobsRequest], Awaitable[ListJobsResponse]]


class JobStream:
    """The streams of one process."""

    def __init__(self, list_jobs: ListJobs, *, heartbeat_s: float = _HEARTBEAT_S) -> None:
        self._list_jobs, self._heartbeat_s, self._clock = list_jobs, heartbeat_s, SystemClock()
        self._looking = asyncio.Lock()

    async def of(self, request: ListJobsRequest) -> AsyncGenerator[JobsEvent, None]:
        """Raises what the first look raises; a later error is the last message."""
        end, now, last, sent_at = stream_end(), asyncio.get_running_loop().time, None, 0.0
        while not end.done():
            try:
                page, pause_s = await self._look(request)
            except AppError as error:
                if last is None:
                    raise
                yield JobsEvent(event_time=self._clock.now(), error=to_status(error))
                return
            if page != last:
                last, sent_at = page, now()
                yield JobsEvent(event_time=self._clock.now(), page=page)
            elif now() - sent_at >= self._heartbeat_s:
                sent_at = now()
                yield JobsEvent(event_time=self._clock.now(), heartbeat=Heartbeat())
            await asyncio.wait([end], timeout=pause_s)
        yield JobsEvent(event_time=self._clock.now(), error=to_status(end.result()))

    async def _look(self, request: ListJobsRequest) -> tuple[ListJobsResponse, float]:
        """The page, and how long to wait before the next look."""
        now = asyncio.get_running_loop().time
        began = now()
        async with self._looking:
            page = await to_completion(self._list_jobs(request))
        return page, max(_EVERY_S, (now() - began) / _SHARE)
