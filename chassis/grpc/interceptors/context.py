"""Gives each call its RequestContext: correlation id, method, address, deadline and position, from what came with it."""

from __future__ import annotations

import asyncio
import re
import uuid
from typing import Any

from grpc_interceptor.server import AsyncServerInterceptor

from chassis import contract
from chassis.addresses import Networks, client_address
from chassis.context import RequestContext, request_context
from chassis.grpc import metadata
from chassis.grpc.interceptors import Context, Handler

_CORRELATION_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")


class ContextInterceptor(AsyncServerInterceptor):
    """A unary call that brings no deadline gets `call_timeout_s`; a stream may go on for ever."""

    def __init__(self, call_timeout_s: float, trusted_proxies: Networks) -> None:
        self._call_timeout_s = call_timeout_s
        self._trusted_proxies = trusted_proxies

    async def intercept(self, method: Handler, request_or_iterator: Any, context: Context, method_name: str) -> Any:
        incoming: dict[str, Any] = dict(context.invocation_metadata() or ())
        metadata.incoming.set(incoming)
        asked_for = incoming.get(metadata.CORRELATION_ID, "")
        correlation_id = asked_for if _CORRELATION_ID.fullmatch(asked_for) else uuid.uuid4().hex
        context.set_trailing_metadata(((metadata.CORRELATION_ID, correlation_id),))
        with request_context(
            RequestContext(
                correlation_id=correlation_id,
                method=method_name,
                address=client_address(
                    context.peer(), incoming.get(metadata.CLIENT_ADDRESS, ""), self._trusted_proxies
                ),
                deadline=self._deadline(context, incoming, method_name),
                position=incoming.get(metadata.POSITION),
            )
        ):
            return await method(request_or_iterator, context)

    def _deadline(self, context: Context, incoming: dict[str, Any], method_name: str) -> float | None:
        left_s: float | None = context.time_remaining()
        if left_s is None:
            # JSON callers have no gRPC timeout, but Envoy tells how long it will wait.
            envoy_ms = incoming.get(metadata.ENVOY_TIMEOUT_MS, "")
            if envoy_ms.isdigit() and int(envoy_ms):
                left_s = int(envoy_ms) / 1000
            elif not contract.methods()[method_name].server_streaming:
                left_s = self._call_timeout_s
        return None if left_s is None else asyncio.get_running_loop().time() + left_s
