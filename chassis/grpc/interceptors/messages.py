"""Bytes outside, messages inside: parses the request, and serialises a unary reply with its headers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import betterproto2
from grpc_interceptor.server import AsyncServerInterceptor

from chassis import contract
from chassis.errors import InvalidArgument
from chassis.grpc import reply_headers
from chassis.grpc.interceptors import Context, Handler
from chassis.wire import Encoded, Malformed, codec


class MessageInterceptor(AsyncServerInterceptor):
    """Runs behind access, so that nothing is parsed for a caller who may not call."""

    async def intercept(self, method: Handler, request_or_iterator: Any, context: Context, method_name: str) -> Any:
        described = contract.methods()[method_name]
        try:
            request = codec(described.request).decode(request_or_iterator)
        except Malformed as error:
            raise InvalidArgument(str(error)) from error
        reply = await method(request, context)
        if described.server_streaming:
            return None
        encode: Callable[[betterproto2.Message], bytes] = codec(described.response).encode
        data = bytes(reply) if isinstance(reply, Encoded) else encode(reply)
        await reply_headers.send(context)
        return data
