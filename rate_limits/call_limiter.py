"""Rate limits at a service: they hold for calls that come straight, as they do for those through Envoy."""

from __future__ import annotations

from collections import defaultdict
from math import ceil
from pathlib import Path
from time import monotonic

from chassis.context import RequestContext
from chassis.errors import RateLimited
from foundation.token_buckets import TokenBuckets
from rate_limits.limits_file import RateLimit, RateLimits, read_rate_limits

_GET_JWKS = "/easyorder.identity.v1.IdentityService/GetJwks"


def call_limiter(file: Path | None) -> CallLimiter:
    """With the limits of the file, or the default ones."""
    return CallLimiter(read_rate_limits(file))


class CallLimiter:
    """Counts the calls that this process serves, whichever way they came; none of them waits for another process."""

    def __init__(self, limits: RateLimits) -> None:
        self._limits: dict[str, list[tuple[RateLimit, TokenBuckets]]] = defaultdict(list)
        for limit in limits.limits:
            buckets = TokenBuckets(limit.requests, limit.period_s)
            for method in limit.covered:
                # Envoy and edge ask for keys like anybody, and without new ones let nobody in.
                if method.full_name != _GET_JWKS:
                    self._limits[method.full_name].append((limit, buckets))

    def __call__(self, call: RequestContext) -> None:
        """Raises RateLimited; then the call counts for none of its limits. Services are not limited."""
        limits = self._limits.get(call.method)
        if not limits or call.caller.is_service:
            return
        now_s = monotonic()
        counted = [(buckets, who) for limit, buckets in limits if (who := _counted(limit, call)) is not None]
        if wait_s := max((buckets.wait_s(who, now_s) for buckets, who in counted), default=0):
            raise RateLimited("too many requests; wait, then try again", retry_after_s=ceil(wait_s))
        for buckets, who in counted:
            buckets.take(who, now_s)


def _counted(limit: RateLimit, call: RequestContext) -> str | None:
    """Whom the limit counts the call for; None for nobody."""
    if limit.by == "user":
        return call.caller.id if call.caller.is_person else None
    return call.address if limit.by == "address" else ""
