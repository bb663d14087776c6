"""Bodies that are no messages of the contract: pages, files, and what payment providers send.

A test compares the types with those that Envoy sends.
"""

from __future__ import annotations

from chassis.contract import Method
from edge.assets import CONTENT_TYPES
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
_PAGE: tuple[tuple[str, ...], Json] = (("text/html",), {"type": "string", "description": "A page for people."})
_CSV = ("text/csv",)
_FILES = tuple(dict.fromkeys(content_type.partition(";")[0] for content_type in CONTENT_TYPES.values()))
_REPLIES: dict[str, tuple[tuple[str, ...], Json]] = {
    "GetHome": _PAGE,
    "GetDocs": _PAGE,
    "GetGuides": _PAGE,
    "GetGuide": _PAGE,
    "GetHealth": (("application/json",), _HEALTH),
    "GetConsole": (("text/html",), {"type": "string", "description": "A page for administrators."}),
    "GetShop": (("text/html",), {"type": "string", "description": "A page for shoppers."}),
    "GetTracking": (("text/html",), {"type": "string", "description": "A page for whoever has its link."}),
    "GetOpenApi": (("application/json",), _ANY_OBJECT | {"description": "An OpenAPI 3.1 document."}),
    "GetStatic": (_FILES, {"type": "string", "description": "A file that pages need, of any of these types."}),
    "ExportOrders": (_CSV, {"type": "string", "description": "A line of names, and one line for each order."}),
    "ExportAuditEntries": (_CSV, {"type": "string", "description": "A line of names, and one line for each entry."}),
    "GetMetrics": (("text/plain",), {"type": "string", "description": "The text format of Prometheus."}),
}


def own_reply(method: Method) -> Json:
    """What `method` answers; Raises KeyError for a method that is not known here."""
    media_types, schema = _REPLIES[method.name]
    return {"description": schema["description"], "content": {name: {"schema": schema} for name in media_types}}


def own_request() -> Json:
    """The content of what a payment provider sends."""
    return {"application/json": {"schema": _ANY_OBJECT | {"description": "The event, as the provider sends it."}}}
