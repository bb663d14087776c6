"""The rate limits of the file as Envoy counts them: all of them by itself, then shared ones at edge (ADR 0059)."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from chassis.contract import Method
from envoy.matching import JsonObject
from envoy.paths import any_of, example, path_regex
from envoy.routing import grpc_names_regex, infrastructure_regex
from rate_limits.limits_file import ALL, STREAMS, RateLimit

# Envoy refuses to fill a bucket more often.
SHORTEST_FILL_S = 0.05
_USER: JsonObject = {
    "metadata": {
        "descriptor_key": "user",
        "source": "DYNAMIC",
        "metadata_key": {"key": "envoy.filters.http.jwt_authn", "path": [{"key": "token"}, {"key": "sub"}]},
    }
}
_ADDRESS: JsonObject = {"masked_remote_address": {"v4_prefix_mask_len": 32, "v6_prefix_mask_len": 64}}
# The verified user, or the address; nothing more for all callers together.
_COUNTED: dict[str, list[JsonObject]] = {"user": [_USER], "address": [_ADDRESS], "route": []}
_ENTRIES: dict[str, list[JsonObject]] = {
    "user": [{"key": "user"}],
    "address": [{"key": "masked_remote_address"}],
    "route": [],
}


def counted(limits: Sequence[RateLimit], methods: Sequence[Method]) -> list[JsonObject]:
    """For each limit, which requests it counts and for whom, before transcoding."""
    return [_count(limit, headers) for limit in limits for headers in _requests(limit, methods)]


def counted_together(limits: Sequence[RateLimit]) -> list[JsonObject]:
    """For each limit that is shared, which calls it counts and for whom, after transcoding."""
    return [_count(limit, [_like(":path", _grpc_names(limit))]) for limit in limits if limit.shared]


def buckets(limits: Sequence[RateLimit]) -> list[JsonObject]:
    """Envoy's own bucket of each limit; an entry without a value has one for each value."""
    return [
        {
            "entries": [{"key": "limit", "value": limit.name}, *_ENTRIES[limit.by]],
            "token_bucket": token_bucket(limit.requests, limit.period_s),
        }
        for limit in limits
    ]


def token_bucket(requests: int, period_s: float) -> JsonObject:
    """A burst of one period's requests, then the same average rate."""
    fill_interval_s = max(period_s / requests, SHORTEST_FILL_S)
    return {
        "max_tokens": requests,
        "tokens_per_fill": math.ceil(requests * fill_interval_s / period_s),
        "fill_interval": f"{fill_interval_s:.6f}s",
    }


def waits(limits: Sequence[RateLimit]) -> list[tuple[str, int]]:
    """gRPC names of limited methods, and the seconds in which one more call becomes possible; the longest first."""
    slowest_first = sorted(limits, key=lambda limit: -limit.token_s)
    return [(_grpc_names(limit), math.ceil(limit.token_s)) for limit in slowest_first]


def _requests(limit: RateLimit, methods: Sequence[Method]) -> Iterator[list[JsonObject]]:
    """Conditions on the headers of requests that the limit counts; a request meets one of these lists at most."""
    if ALL in limit.methods:
        yield [_like(":method", "OPTIONS") | {"invert_match": True}]
        return
    names = {method.full_name for method in limit.covered}
    ours: dict[str, list[str]] = defaultdict(list, {"POST": [_grpc_names(limit)]})
    for method in limit.covered:
        for binding in method.http:
            ours[binding.verb].append(path_regex(binding.path))
    for verb, paths in ours.items():
        regex = _with_query(paths)
        others = [
            binding.path for m in methods if m.full_name not in names for binding in m.http if binding.verb == verb
        ]
        # `/orders/{id}` also looks like `/orders/{id}:watch`, which is another method.
        alike = [path_regex(path) for path in others if re.fullmatch(regex, example(path))]
        not_alike = [_like(":path", _with_query(alike)) | {"invert_match": True}] if alike else []
        yield [_like(":method", verb), _like(":path", regex), *not_alike]


def _grpc_names(limit: RateLimit) -> str:
    if ALL in limit.methods:
        return ".*"
    names = grpc_names_regex(limit.covered)
    return any_of([names, infrastructure_regex()]) if STREAMS in limit.methods else names


def _with_query(paths: Sequence[str]) -> str:
    return f"(?:{any_of([*paths])})(?:[?].*)?"


def _count(limit: RateLimit, headers: list[JsonObject]) -> JsonObject:
    is_meant = {"descriptor_key": "limit", "descriptor_value": limit.name, "headers": headers}
    return {"actions": [{"header_value_match": is_meant}, *_COUNTED[limit.by]]}


def _like(name: str, regex: str) -> JsonObject:
    return {"name": name, "string_match": {"safe_regex": {"regex": regex}}}
