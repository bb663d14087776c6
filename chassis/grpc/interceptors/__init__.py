"""Everything around a handler, one concern a file, in the same order for every method, unary or streaming.

Each is a grpc-interceptor AsyncServerInterceptor, but composed once per method (`chain`) instead of by grpc.aio for
every call. A streaming handler writes its messages itself and returns when the stream ends, so an interceptor awaits a
stream just as it awaits a unary answer, and what it holds around the call holds around the whole stream.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import reduce
from typing import Any

from grpc.aio import ServicerContext
from grpc_interceptor.server import AsyncServerInterceptor

Context = ServicerContext[Any, Any]
Handler = Callable[[Any, Context], Awaitable[Any]]


def chain(interceptors: Sequence[AsyncServerInterceptor], handler: Handler, method_name: str) -> Handler:
    """One handler that runs `handler` inside all interceptors, the first outermost."""
    return reduce(lambda inner, outer: _around(outer, inner, method_name), reversed(interceptors), handler)


def _around(interceptor: AsyncServerInterceptor, inner: Handler, method_name: str) -> Handler:
    intercept = interceptor.intercept

    def call(request: Any, context: Context) -> Awaitable[Any]:
        return intercept(inner, request, context, method_name)

    return call
