"""The size limits of requests in Envoy, which are below those of the services behind it."""

from __future__ import annotations

from collections.abc import Sequence

from envoy.routing import JsonObject

# The limit of a service.
MAX_BODY_BYTES = 1024 * 1024
# With the headers that Envoy and the transcoder add, it stays below a service's `grpc.max_metadata_size`.
MAX_HEADERS_BYTES = 16 * 1024
MAX_HEADERS = 100
# Envoy's names of these refusals; `envoy.local_replies` maps them to messages.
HEADERS_TOO_LARGE = "headers_too_large"
BODY_NOT_TAKEN = "body_not_taken"
GIVEN_TWICE = "given_twice_"


def headers_too_large() -> JsonObject:
    """`request.total_size > 16384 || size(request.headers) > 100`: until the body arrives, that is their size."""
    count = _call("size", _attribute("headers"))
    too_long = _call("_>_", _attribute("total_size"), _number(MAX_HEADERS_BYTES))
    return _call("_||_", too_long, _call("_>_", count, _number(MAX_HEADERS)))


def body_not_taken(verbs: Sequence[str]) -> JsonObject:
    """These verbs with a body, once it is all there: the filter that waits for it adds its length."""
    has_one: JsonObject = {"name": "content-length", "range_match": {"start": 1, "end": 1 << 40}}
    verb: JsonObject = {"name": ":method", "string_match": {"safe_regex": {"regex": "|".join(verbs)}}}
    rules = [{"header": verb}, {"header": has_one}]
    return {"permissions": [{"and_rules": {"rules": rules}}], "principals": [{"any": True}]}


def given_twice(names: Sequence[str]) -> JsonObject:
    """Calls that change something, with a parameter twice, whichever of its names is used."""
    name = f"(?:{'|'.join(names)})="
    twice: JsonObject = {
        "name": ":path",
        "string_match": {"safe_regex": {"regex": f"[^?]*[?](?:.*&)?{name}.*&{name}.*"}},
    }
    writes: JsonObject = {"name": ":method", "string_match": {"exact": "GET"}, "invert_match": True}
    rules = [{"header": writes}, {"header": twice}]
    return {"permissions": [{"and_rules": {"rules": rules}}], "principals": [{"any": True}]}


def _attribute(name: str) -> JsonObject:
    return {"select_expr": {"operand": {"ident_expr": {"name": "request"}}, "field": name}}


def _number(value: int) -> JsonObject:
    return {"const_expr": {"int64_value": value}}


def _call(function: str, *args: JsonObject) -> JsonObject:
    return {"call_expr": {"function": function, "args": list(args)}}
