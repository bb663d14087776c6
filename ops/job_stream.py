"""WatchJobs: the first page of jobs, and again when it has changed.

However many streams there are, one query runs at a time. A stream pauses ten times as long as its last look took.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from functools import partial

from easyorder.ops.v1 import JobsEvent, ListJobsRequest, ListJobsResponse

from chassis.background import to_completion
from ops.snapshots import HEARTBEAT_S, snapshots

_EVERY_S, _SHARE = 1.0, 0.1

ListJobs = Callable[[ListJobsRequest], Awaitable[ListJobsResponse]]


class JobStream:
    """The streams of one process."""

    def __init__(self, list_jobs: ListJobs, *, heartbeat_s: float = HEARTBEAT_S) -> None:
        self._list_jobs, self._heartbeat_s = list_jobs, heartbeat_s
        self._looking = asyncio.Lock()

    def of(self, request: ListJobsRequest) -> AsyncGenerator[JobsEvent, None]:
        """Raises what the first look raises; a later error is the last message."""
        return snapshots(partial(self._look, request), JobsEvent, "page", heartbeat_s=self._heartbeat_s)

    async def _look(self, request: ListJobsRequest) -> tuple[ListJobsResponse, float]:
        """The page, and how long to wait before the next look."""
        now = asyncio.get_running_loop().time
        began = now()
        async with self._looking:
            page = await to_completion(self._list_jobs(request))
        return page, max(_EVERY_S, (now() - began) / _SHARE)
