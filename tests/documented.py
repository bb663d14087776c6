"""Whether values are what the OpenAPI document says, and nothing more: no field that it does not name."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from edge.openapi import document


def faults(schema: str, value: object) -> list[str]:
    """What is wrong with `value` as an instance of a schema of the document, with its place."""
    root = {"$ref": f"#/components/schemas/{schema}", "components": strict_components()}
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(root).iter_errors(value)]


@cache
def strict_components() -> dict[str, Any]:
    """The document's components, without the fields that a later version may add."""
    components: dict[str, Any] = copy.deepcopy(document()["components"])  # type: ignore[arg-type]
    for schema in components["schemas"].values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    return components
