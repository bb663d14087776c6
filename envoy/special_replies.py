"""Which requests get a reply that their method does not make: see special_replies.lua."""

from __future__ import annotations

from envoy.matching import NOT_GRPC, NOWHERE, JsonObject, exactly

PROBLEM = "application/problem+json"
WANTS_PROBLEM: JsonObject = {"name": "accept", "string_match": {"contains": PROBLEM}}


def problem_members(reason: str, status: int, detail: str) -> JsonObject:
    """What RFC 9457 asks for, of an error that Envoy makes; the script writes the same for others."""
    return {
        "type": f"/docs/guide/errors#{reason.lower()}",
        "title": reason.replace("_", " ").capitalize(),
        "status": status,
        "detail": detail,
        "instance": "urn:uuid:%REQ(X-REQUEST-ID)%",
    }


def _passes_script(*headers: JsonObject) -> JsonObject:
    """Requests with these headers pass through the script, and are routed again as what it makes of them."""
    switched_on = {"@type": "type.googleapis.com/envoy.config.route.v3.FilterConfig", "config": {}}
    return {
        "match": {"prefix": "/", "headers": [*headers]},
        "route": NOWHERE,
        "typed_per_filter_config": {"special_replies": switched_on},
    }


# The first of all routes, until the script has seen the request.
PROBLEMS = _passes_script(WANTS_PROBLEM, {"name": "x-envoy-problem", "present_match": True, "invert_match": True})
# The last, because no other has this verb.
HEADS = _passes_script(exactly(":method", "HEAD"), NOT_GRPC)
