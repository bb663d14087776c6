"""The headers of requests and replies that stand for something in the contract."""

from __future__ import annotations

from collections.abc import Iterator

from chassis import contract
from chassis.contract import HttpBinding, Method, descriptor_of
from edge.openapi.schemas import Json, Schemas

_TEXT: Json = {"type": "string"}
_ETAG_SCHEMA: Json = {"type": "string", "examples": ['"7"']}
_IDEMPOTENCY_KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Stands for an empty requestId; one that differs from it is refused.",
}
_LAST_EVENT_ID: Json = {
    "name": "Last-Event-ID",
    "in": "header",
    "description": "The id of the last event, sent by a browser that reconnects. It takes precedence over resumeToken.",
}
_IF_MATCH: Json = {
    "name": "If-Match",
    "in": "header",
    "description": "The ETag of what is changed, as it was read. Stands for an empty etag; one that differs "
    "from it is refused.",
    "schema": _ETAG_SCHEMA | {"pattern": r'^([*]|"[^",]+")$'},
}
_IF_NONE_MATCH: Json = {
    "name": "If-None-Match",
    "in": "header",
    "description": "ETags, separated by commas: if the resource still has one of them, the reply is 304, without it.",
    "schema": _ETAG_SCHEMA,
}
_ETAG: Json = {"description": "The etag of the resource, in quotes.", "schema": _ETAG_SCHEMA}
_LOCATION: Json = {
    "description": "The path of the new resource.",
    "schema": {"type": "string", "format": "uri-reference"},
}
# What orders and stock are read by follows their writes by a moment: see docs/contract.md.
_POSITION = "x-easyorder-position"
_POSITIONED = ("easyorder.catalog.", "easyorder.incentive.", "easyorder.inventory.", "easyorder.order.")
_POSITION_OF_READ: Json = {
    "name": _POSITION,
    "in": "header",
    "description": "What a write answered in this header: the reply waits until that write can be read, whoever made "
    "it. Any other text counts as none.",
    "schema": _TEXT,
}
_POSITION_OF_WRITE: Json = {
    "name": _POSITION,
    "in": "header",
    "description": "With any text, the reply has the position of this write in the same header.",
    "schema": _TEXT,
}
_POSITION_OF_REPLY: Json = {
    "description": "The position of this write, for reads that have to show it; only if the request has this header.",
    "schema": _TEXT,
}


def headers_of_request(method: Method, binding: HttpBinding, schemas: Schemas) -> Iterator[Json]:
    """Those that the method takes, as parameters."""
    fields = descriptor_of(method.request).fields_by_name
    for name, header in {"request_id": _IDEMPOTENCY_KEY, "resume_token": _LAST_EVENT_ID}.items():
        if field := fields.get(name):
            schema = schemas.of_field(field)
            schema.pop("description", None)
            yield header | {"schema": schema}
    if binding.verb == "GET":
        if has_etag(method):
            yield _IF_NONE_MATCH
    elif takes_etag(method):
        yield _IF_MATCH
    if _has_position(method):
        yield _POSITION_OF_WRITE if _is_write(method) else _POSITION_OF_READ


def headers_of_reply(method: Method) -> Json:
    """Those of a reply without an error, by name."""
    found: Json = {}
    if has_etag(method):
        found["ETag"] = _ETAG
    if _creates(method):
        found["Location"] = _LOCATION
    if _has_position(method) and _is_write(method):
        found[_POSITION] = _POSITION_OF_REPLY
    return found


def has_etag(method: Method) -> bool:
    """Whether it answers with one resource."""
    return not method.server_streaming and "etag" in descriptor_of(method.response).fields_by_name


def takes_etag(method: Method) -> bool:
    """In the request, or in the resource that an update takes."""
    request = descriptor_of(method.request)
    taking = request.fields[0].message_type if "update_mask" in request.fields_by_name else request
    return taking is not None and "etag" in taking.fields_by_name


def _creates(method: Method) -> bool:
    """Whether what it answers with can be read by its id, below the path of the call."""
    read = {(binding.path, other.response) for other in contract.methods().values() for binding in other.http}
    return any((f"{b.path}/{{id}}", method.response) in read for b in method.http if b.verb == "POST")


def _has_position(method: Method) -> bool:
    is_read = all(binding.verb == "GET" for binding in method.http)
    return method.service.startswith(_POSITIONED) and not method.server_streaming and (is_read or _is_write(method))


def _is_write(method: Method) -> bool:
    # A preview takes the request of the write that it shows.
    return "request_id" in descriptor_of(method.request).fields_by_name and not method.name.startswith("Preview")
