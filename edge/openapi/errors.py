"""The form of every failure."""

from __future__ import annotations

import betterproto2
from easyorder.google.rpc import BadRequest, ErrorInfo, RetryInfo

from chassis import contract
from edge.openapi.schemas import Json, Schemas

# The possible details of an error; a client distinguishes them by @type.
_DETAILS: tuple[type[betterproto2.Message], ...] = (ErrorInfo, BadRequest, RetryInfo)


def error_response(schemas: Schemas) -> Json:
    """The response of a call that failed; makes the schemas Error and Problem."""
    error = schemas.named("Error", "google.rpc.Status", lambda: _error(schemas))
    problem = schemas.named("Problem", "RFC 9457", lambda: _problem(error))
    return {
        "description": "The request failed. Programs go by the reason in ErrorInfo.",
        "content": {"application/json": {"schema": error}, "application/problem+json": {"schema": problem}},
    }


def _problem(error: Json) -> Json:
    described = {
        "type": ("uri-reference", "Where the guide explains the reason."),
        "title": (None, "The reason in words."),
        "detail": (None, "The message."),
        "instance": ("uri-reference", "The id of the request; only if it got one."),
    }
    members: Json = {
        name: {"type": "string", "description": text} | ({"format": form} if form else {})
        for name, (form, text) in described.items()
    }
    members["status"] = {"type": "integer", "format": "int32", "description": "The HTTP status."}
    return {
        "description": "An error with the members of RFC 9457, for those who accept them.",
        "allOf": [error, {"type": "object", "required": ["type", "title", "status", "detail"], "properties": members}],
    }


def _error(schemas: Schemas) -> Json:
    details = {_url(detail): _detail(schemas, detail) for detail in _DETAILS}
    mapping = {url: reference["$ref"] for url, reference in details.items()}
    one_detail: Json = {
        "oneOf": list(details.values()),
        "discriminator": {"propertyName": "@type", "mapping": mapping},
    }
    return {
        "type": "object",
        "description": "Every failure has this form, whichever part of the mesh it comes from.",
        "required": ["code", "message", "details"],
        "properties": {
            "code": {"type": "integer", "format": "int32", "description": "As in google.rpc.Code."},
            "message": {"type": "string", "description": "What went wrong and what to do, for a person."},
            "details": {
                "type": "array",
                "description": "For programs: the reason, the fields at fault, when to try again.",
                "items": one_detail,
            },
        },
    }


def _url(message_type: type[betterproto2.Message]) -> str:
    return f"type.googleapis.com/{contract.full_name_of(message_type)}"


def _detail(schemas: Schemas, message_type: type[betterproto2.Message]) -> Json:
    described = contract.descriptor_of(message_type)

    def make() -> Json:
        schema = schemas.object_of(described, reply=True)
        properties, required = schema["properties"], schema.get("required", [])
        assert isinstance(properties, dict)
        assert isinstance(required, list)
        kind: Json = {"const": _url(message_type), "type": "string", "description": "What kind of detail it is."}
        return schema | {"properties": {"@type": kind, **properties}, "required": ["@type", *required]}

    return schemas.named(described.name, described.full_name, make)
