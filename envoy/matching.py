"""What routes and replies match requests by."""

from __future__ import annotations

from typing import TypeAlias

JsonObject: TypeAlias = dict[str, object]

NOWHERE: JsonObject = {"cluster": "nowhere", "cluster_not_found_response_code": "NOT_FOUND"}
# Exactly what Envoy takes for gRPC or grpc-web: anything else is transcoded, so it must be checked. A transcoded JSON
# request has it too.
GRPC_TYPES = r"application/grpc(?:[+].*|-web(?:-text)?(?:[+]proto)?)?"
GRPC_CONTENT: JsonObject = {"name": "content-type", "string_match": {"safe_regex": {"regex": GRPC_TYPES}}}
NOT_GRPC: JsonObject = GRPC_CONTENT | {"invert_match": True, "treat_missing_header_as_empty": True}
TRANSCODED: JsonObject = {"name": "x-envoy-original-path", "present_match": True}


def exactly(header: str, value: str) -> JsonObject:
    return {"name": header, "string_match": {"exact": value}}
