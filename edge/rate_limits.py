"""Envoy's rate limit service: the counters of limits that hold over all Envoys, in the memory of this process."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from math import ceil
from time import monotonic
from typing import Any, TypeAlias

import grpc
from google.protobuf import descriptor_pb2
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

from foundation.addresses import is_in
from foundation.token_buckets import TokenBuckets
from rate_limits.limits_file import RateLimits

PACKAGE = "envoy.service.ratelimit.v3"
SERVICE, METHOD = f"{PACKAGE}.RateLimitService", "ShouldRateLimit"
OK, OVER_LIMIT = 1, 2
# For a limit; by address, 100,000 take 29 MB.
MAX_KEYS = 100_000
# Of limits that the file does not have.
_UNLIMITED = TokenBuckets(1, 0, max_keys=0)
Descriptor: TypeAlias = Sequence[tuple[str, str]]


@cache
def message(name: str) -> Any:
    """The class of a message of the service, such as `RateLimitRequest`."""
    known = DescriptorPool()
    data = (files("easyorder") / "rate_limit_service.binpb").read_bytes()
    for file in descriptor_pb2.FileDescriptorSet.FromString(data).file:
        known.Add(file)
    return GetMessageClass(known.FindMessageTypeByName(f"{PACKAGE}.{name}"))


class RateLimitService:
    """Answers Envoys in the networks `trusted`. A limit that the file does not have is unknown here, and admits."""

    def __init__(self, limits: RateLimits, *, trusted: str) -> None:
        self._trusted = trusted
        self._buckets = {
            limit.name: TokenBuckets(limit.requests, limit.period_s, max_keys=MAX_KEYS)
            for limit in limits.limits
            if limit.shared
        }

    @property
    def remembered(self) -> int:
        """The number of callers, for all limits."""
        return sum(buckets.remembered for buckets in self._buckets.values())

    def handler(self) -> grpc.GenericRpcHandler:
        """For the gRPC server."""
        should_rate_limit = grpc.unary_unary_rpc_method_handler(
            self._should_rate_limit,
            request_deserializer=message("RateLimitRequest").FromString,
            response_serializer=message("RateLimitResponse").SerializeToString,
        )
        return grpc.method_handlers_generic_handler(SERVICE, {METHOD: should_rate_limit})

    async def _should_rate_limit(self, request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
        if not is_in(context.peer(), self._trusted):
            await context.abort(grpc.StatusCode.PERMISSION_DENIED, "only Envoys in EASYORDER_TRUSTED_PROXIES may ask")
        waits_s = self.count([[(entry.key, entry.value) for entry in one.entries] for one in request.descriptors])
        wait_s = max(waits_s, default=0)
        reply = message("RateLimitResponse")(overall_code=OVER_LIMIT if wait_s else OK)
        for one_s in waits_s:
            reply.statuses.add(code=OVER_LIMIT if one_s else OK)
        if wait_s:
            reply.response_headers_to_add.add(key="retry-after", value=str(ceil(wait_s)))
        return reply

    def count(self, descriptors: Sequence[Descriptor]) -> list[float]:
        """The seconds to wait for each descriptor, a limit and whom it counts; a call that must wait is not counted."""
        now_s = monotonic()
        found = [(self._buckets.get(entries[0][1], _UNLIMITED), entries[-1][1]) for entries in descriptors]
        waits_s = [buckets.wait_s(key, now_s) for buckets, key in found]
        if not any(waits_s):
            for buckets, key in found:
                buckets.take(key, now_s)
        return waits_s
