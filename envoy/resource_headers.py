"""Which replies say their ETag and Location, and which requests may say If-None-Match: see resource_headers.lua."""

from __future__ import annotations

from collections.abc import Sequence

from google.protobuf.descriptor import Descriptor

from chassis.contract import Method, descriptor_of
from envoy.matching import JsonObject

_CONDITION: JsonObject = {
    "header": {"key": "x-easyorder-if-none-match", "value": "%REQ(IF-NONE-MATCH)%"},
    "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
}


def has_etag(method: Method) -> bool:
    """Whether the method answers with one resource. Raises ValueError if its etag is not the first one in JSON."""
    reply = descriptor_of(method.response)
    etag = reply.fields_by_name.get("etag")
    if method.server_streaming or not method.http or etag is None:
        return False
    before = _inside([field.message_type for field in reply.fields if field.number < etag.number])
    if any("etag" in inside.fields_by_name or inside.GetOptions().map_entry for inside in before):
        raise ValueError(f"{method.name} answers with another etag, or with names that callers chose, before its own")
    return True


def path_of_created(method: Method, methods: Sequence[Method]) -> str:
    """What is before the id in the path of a resource that the method creates; empty for any other method."""
    paths = [f"{binding.path}/" for binding in method.http if binding.verb == "POST"]
    read = {(binding.path, other.response) for other in methods for binding in other.http if binding.verb == "GET"}
    return next((path for path in paths if (f"{path}{{id}}", method.response) in read), "")


def condition(method: Method) -> JsonObject:
    """What a route adds so that If-None-Match reaches the script, which sees replies only: a header of theirs."""
    is_read = any(binding.verb == "GET" for binding in method.http)
    return {"response_headers_to_add": [_CONDITION]} if is_read and has_etag(method) else {}


def _inside(messages: Sequence[Descriptor | None]) -> set[Descriptor]:
    """These messages and all inside of them."""
    waiting, found = [*messages], set[Descriptor]()
    while waiting:
        message = waiting.pop()
        if message is not None and message not in found:
            found.add(message)
            waiting += [field.message_type for field in message.fields]
    return found
