"""The size limits of requests in Envoy, which are below those of the services behind it."""

from __future__ import annotations

from collections.abc import Sequence

from envoy.matching import JsonObject

# The limit of a service.
MAX_BODY_BYTES = 1024 * 1024
# With the headers that Envoy and the transcoder add, it stays below a service's `grpc.max_metadata_size`.
MAX_HEADERS_BYTES = 16 * 1024
MAX_HEADERS = 100
# Envoy's names of these refusals; `envoy.local_replies` maps them to messages.
HEADERS_TOO_LARGE = "headers_too_large"
BAD_TIMEOUT = "bad_grpc_timeout"
ENCODED_BODY = "encoded_body"
BODY_NOT_TAKEN = "body_not_taken"

_ANYBODY: JsonObject = {"principals": [{"any": True}]}
# Once it is all there: the filter that waits for the body adds its length.
_HAS_BODY: JsonObject = {"name": "content-length", "range_match": {"start": 1, "end": 1 << 40}}


def unusable_headers() -> JsonObject:
    """Policies of requests that no service could read."""
    return {
        HEADERS_TOO_LARGE: {**_ANYBODY, "permissions": [{"any": True}], "condition": _headers_too_large()},
        BAD_TIMEOUT: _denied(_other_than("grpc-timeout", "[0-9]{1,8}[HMSmun]")),
    }


def encoded_body() -> JsonObject:
    """A body that is compressed, or encoded in another way."""
    return _denied([*_other_than("content-encoding", "identity"), {"header": _HAS_BODY}])


def _other_than(name: str, regex: str) -> list[JsonObject]:
    """A header that is there, with a value that does not match."""
    other = {"name": name, "string_match": {"safe_regex": {"regex": regex}}, "invert_match": True}
    return [{"header": {"name": name, "present_match": True}}, {"header": other}]


def _headers_too_large() -> JsonObject:
    """`request.total_size > 16384 || size(request.headers) > 100`: until the body arrives, that is their size."""
    count = _call("size", _attribute("headers"))
    too_long = _call("_>_", _attribute("total_size"), _number(MAX_HEADERS_BYTES))
    return _call("_||_", too_long, _call("_>_", count, _number(MAX_HEADERS)))


def body_not_taken(verbs: Sequence[str]) -> JsonObject:
    """These verbs with a body."""
    verb: JsonObject = {"name": ":method", "string_match": {"safe_regex": {"regex": "|".join(verbs)}}}
    return _denied([{"header": verb}, {"header": _HAS_BODY}])


def _denied(rules: list[JsonObject]) -> JsonObject:
    """The policy of requests that match all of the rules."""
    return {**_ANYBODY, "permissions": [{"and_rules": {"rules": rules}}]}


def _attribute(name: str) -> JsonObject:
    return {"select_expr": {"operand": {"ident_expr": {"name": "request"}}, "field": name}}


def _number(value: int) -> JsonObject:
    return {"const_expr": {"int64_value": value}}


def _call(function: str, *args: JsonObject) -> JsonObject:
    return {"call_expr": {"function": function, "args": list(args)}}
