"""The whole OpenAPI document: every method of the contract that is served and has an HTTP binding."""

from __future__ import annotations

from collections import defaultdict

from easyorder.google.rpc import BadRequest, ErrorInfo, RetryInfo

from chassis import contract
from edge.openapi.comments import comments
from edge.openapi.operations import operation, path_of
from edge.openapi.reasons import reasons
from edge.openapi.schemas import Json, Schemas

# The possible details of an error; a client distinguishes them by @type.
_DETAILS = (ErrorInfo, BadRequest, RetryInfo)


def document() -> Json:
    """The OpenAPI 3.1 document as a JSON value."""
    schemas = Schemas()
    paths: dict[str, Json] = defaultdict(dict)
    services: dict[str, None] = {}
    for method in contract.methods().values():
        if method.access.planned:
            continue
        short = method.full_name.strip("/").rpartition(".")[2].replace("/", "_")
        for number, binding in enumerate(method.http, start=1):
            services[method.service] = None
            operation_id = short if number == 1 else f"{short}_{number}"
            path = path_of(binding, contract.descriptor_of(method.request))
            paths[path][binding.verb.lower()] = operation(method, binding, operation_id, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "EasyOrder",
            "version": "1",
            "description": "Takes orders for a shop and gets them paid. "
            "The same methods are served as gRPC and grpc-web on the same port, with reflection. "
            "A body with unknown fields is refused; `x-easyorder-ignore-unknown-fields: true` has them ignored. "
            "A call that documents no body takes none. "
            "Headers of more than 16 KiB in all, the path included, are refused with 431.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name.rpartition(".")[2], "description": comments().get(name, "")} for name in services],
        "paths": dict(paths),
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "streamTicket": {"type": "apiKey", "in": "query", "name": "ticket"},
            },
            "responses": {"Error": _error_response(schemas)},
            "schemas": schemas.components,
        },
    }


def _error_response(schemas: Schemas) -> Json:
    schemas.components["Error"] = {
        "type": "object",
        "description": "Every failure has this form, whichever part of the mesh it comes from.",
        "required": ["code", "message", "details"],
        "properties": {
            "code": {"type": "integer", "description": "As in google.rpc.Code."},
            "message": {"type": "string", "description": "What went wrong and what to do, for a person."},
            "details": {"type": "array", "items": {"anyOf": [_detail(schemas, detail) for detail in _DETAILS]}},
        },
    }
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {"description": "The request failed. Programs go by the reason in ErrorInfo.", "content": content}


def _detail(schemas: Schemas, message_type: type[ErrorInfo] | type[BadRequest] | type[RetryInfo]) -> Json:
    described = contract.descriptor_of(message_type)
    schema = schemas.object_of(described)
    properties = schema["properties"]
    assert isinstance(properties, dict)
    url = {"const": f"type.googleapis.com/{described.full_name}"}
    if message_type is ErrorInfo:
        # Not an `enum`, because generated clients would fail on a reason that is added later.
        properties["reason"] |= {"x-extensible-enum": [reason.name for reason in reasons()]}
    return schema | {"properties": {"@type": url, **properties}, "required": ["@type"]}
