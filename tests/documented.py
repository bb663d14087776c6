"""Whether replies are what the OpenAPI document says, and nothing more: no field that it does not name."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import httpx
from jsonschema import Draft202012Validator

from edge.openapi import document

Json = dict[str, Any]
NO_CONTENT = 204


def faults(schema: str | Json, value: object, *, strict: bool = True) -> list[str]:
    """What is wrong with `value` as an instance of a schema, or of a component of that name, with its place.

    A `strict` schema takes no field that the document does not name.
    """
    wanted = {"$ref": f"#/components/schemas/{schema}"} if isinstance(schema, str) else schema
    root = wanted | {"components": _components(strict=strict)}
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(root).iter_errors(value)]


async def check_reply(reply: httpx.Response) -> None:
    """AssertionError unless the status, content type and body are those of the operation that was called."""
    if operation := operation_of(reply.request):
        expected = operation["responses"].get(str(reply.status_code)) or operation["responses"]["default"]
        expected = document()["components"]["responses"]["Error"] if "$ref" in expected else expected  # type: ignore[index]
        content: Mapping[str, Any] = expected.get("content", {})
        assert _media_type(reply) in (content or [None]), f"{operation['operationId']}: {reply.headers}"
        if _media_type(reply) == "application/json":
            await reply.aread()
            found = faults(content["application/json"]["schema"], reply.json())
            assert not found, f"{operation['operationId']}: {found}"


def operation_of(request: httpx.Request) -> Json | None:
    """The operation of the document that a request calls, if it has such a path and verb."""
    for pattern, operations in _paths():
        if pattern.fullmatch(request.url.path):
            return operations.get(request.method.lower())
    return None


def _media_type(reply: httpx.Response) -> str | None:
    found = reply.headers.get("content-type")
    return found.partition(";")[0] if found else None


@cache
def _paths() -> list[tuple[re.Pattern[str], dict[str, Json]]]:
    """The paths with the fewest variables first, because `{id}` also matches what is fixed."""
    paths: dict[str, dict[str, Json]] = document()["paths"]  # type: ignore[assignment]
    ordered = sorted(paths, key=lambda path: path.count("{"))
    return [(re.compile(re.sub(r"\{\w+\}", "[^/:]+", path)), paths[path]) for path in ordered]


@cache
def _components(*, strict: bool) -> Json:
    components: Json = copy.deepcopy(document()["components"])  # type: ignore[arg-type]
    for schema in components["schemas"].values():
        if strict and "properties" in schema:
            schema["additionalProperties"] = False
    return components
