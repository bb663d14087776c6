"""Ends a call when its time is up, and open streams when the process drains."""

from __future__ import annotations

import asyncio
from typing import Any

from grpc_interceptor.server import AsyncServerInterceptor

from chassis import contract
from chassis.context import current
from chassis.errors import DeadlineExceeded, Unavailable
from chassis.grpc.interceptors import Context, Handler


class DeadlineInterceptor(AsyncServerInterceptor):
    """Cancels the handler at its deadline; database work that must not be cancelled is shielded where it is done."""

    def __init__(self) -> None:
        self._streams: set[asyncio.Timeout] = set()
        self._draining = False

    async def intercept(self, method: Handler, request_or_iterator: Any, context: Context, method_name: str) -> Any:
        limit = asyncio.timeout_at(current().deadline)
        try:
            async with limit:
                if contract.methods()[method_name].server_streaming:
                    self._streams.add(limit)
                return await method(request_or_iterator, context)
        except TimeoutError:
            if not limit.expired():
                raise
            if self._draining:
                raise Unavailable("this server is stopping; connect again and resume") from None
            raise DeadlineExceeded("the time for this call is up; whether it took effect is not known") from None
        finally:
            self._streams.discard(limit)

    def end_streams(self, *, within_s: float) -> None:
        """Ends the streams still open after so many seconds with UNAVAILABLE: their clients resume elsewhere."""
        self._draining = True
        latest = asyncio.get_running_loop().time() + within_s
        for limit in self._streams:
            if not limit.expired():
                limit.reschedule(min(latest, limit.when() or latest))
