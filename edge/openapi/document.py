"""The whole OpenAPI document: every method of the contract that is served and has an HTTP binding."""

from __future__ import annotations

from collections import defaultdict

from chassis import contract
from edge.openapi.comments import comments
from edge.openapi.errors import error_response
from edge.openapi.operations import operation, path_of
from edge.openapi.schemas import Json, Schemas


def document() -> Json:
    """The OpenAPI 3.1 document as a JSON value."""
    served = [method for method in contract.methods().values() if method.http and not method.access.planned]
    schemas = Schemas([contract.descriptor_of(method.response) for method in served])
    failure = error_response(schemas)
    paths: dict[str, Json] = defaultdict(dict)
    for method in served:
        for binding in method.http:
            path = path_of(binding, contract.descriptor_of(method.request))
            paths[path][binding.verb.lower()] = operation(method, binding, schemas)
    services = dict.fromkeys(method.service for method in served)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "EasyOrder",
            "version": "1",
            "description": "Takes orders for a shop and gets them paid. "
            "The same methods are served as gRPC and grpc-web on the same port, with reflection. "
            "A body with unknown fields is refused; `x-easyorder-ignore-unknown-fields: true` has them ignored. "
            "A call that documents no body takes none, and a query has the documented parameters only. "
            "HEAD is answered wherever GET is. "
            "Values of enums are taken by their short names, too: CARD for PAYMENT_METHOD_CARD. "
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
            "responses": {"Error": failure},
            "schemas": schemas.components,
        },
    }
