"""Bodies that are no messages of the contract: pages, files, and what payment providers send.

A test compares the types with those that Envoy sends.
"""

from __future__ import annotations

from chassis.contract import Method
from edge.openapi.schemas import Json

HTTP_BODY = "google.api.HttpBody"
_ANY_OBJECT: Json = {"type": "object", "additionalProperties": True}
_HEALTH: Json = {
    "type": "object",
    "description": "Whether every service serves.",
    "required": ["status", "services"],
    "properties": {
        "status": {"type": "string", "description": "Always SERVING."},
        "services": {
            "type": "object",
            "description": "The state of each service, by name.",
            "additionalProperties": {"type": "string"},
        },
    },
}
_REPLIES: dict[str, tuple[str, Json]] = {
    "GetHome": ("text/html", {"type": "string", "description": "A page for people."}),
    "GetHealth": ("application/json", _HEALTH),
    "GetOpenApi": ("application/json", _ANY_OBJECT | {"description": "An OpenAPI 3.1 document."}),
    "ExportOrders": ("text/csv", {"type": "string", "description": "A line of names, and one line for each order."}),
    "ExportAuditEntries": (
        "text/csv",
        {"type": "string", "description": "A line of names, and one line for each entry."},
    ),
}


def own_reply(method: Method) -> Json:
    """What `method` answers; Raises KeyError for a method that is not known here."""
    media_type, schema = _REPLIES[method.name]
    return {"description": schema["description"], "content": {media_type: {"schema": schema}}}


def own_request() -> Json:
    """The content of what a payment provider sends."""
    return {"application/json": {"schema": _ANY_OBJECT | {"description": "The event, as the provider sends it."}}}
