"""Each HTTP binding of a method as an OpenAPI operation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from chassis.context import Audience
from chassis.contract import HttpBinding, Method, descriptor_of, is_required, rules_of
from edge.openapi.comments import comments
from edge.openapi.contents import HTTP_BODY, own_reply, own_request
from edge.openapi.examples import EXAMPLES
from edge.openapi.failures import failures
from edge.openapi.headers import has_etag, headers_of_reply, headers_of_request
from edge.openapi.schemas import Json, Schemas

_VARIABLE = re.compile(r"\{(?P<name>[^}=]+)(?:=[^}]+)?\}")
# The widest first.
_WHO = {Audience.USER: "anybody who has signed in", Audience.ADMIN: "administrators"}


def path_of(binding: HttpBinding, request: Descriptor) -> str:
    """The path as OpenAPI writes it: `/api/v1/orders/{orderId}:watch`. The id of an update's resource is `{id}`."""
    return _VARIABLE.sub(lambda match: f"{{{_field(request, match['name']).json_name}}}", binding.path)


def _field(request: Descriptor, path: str) -> FieldDescriptor:
    """The field that a path such as `product.id` names."""
    first, _, rest = path.partition(".")
    field = request.fields_by_name[first]
    return _field(field.message_type, rest) if rest and field.message_type else field


def operation(method: Method, binding: HttpBinding, schemas: Schemas) -> Json:
    """The operation with which a client calls `method` by `binding`."""
    request = descriptor_of(method.request)
    in_path = [match["name"] for match in _VARIABLE.finditer(binding.path)]
    comment = comments().get(method.full_name.strip("/").replace("/", "."), "")
    made: Json = {
        "operationId": method.name,
        "tags": [_short_name(method.service)],
        "summary": comment.partition(". ")[0].rstrip("."),
        "description": f"{comment} {_who(method)}".strip(),
        "security": _security(method),
        "x-grpc-method": method.full_name,
    }
    parameters = [
        *_parameters(request, binding, in_path, schemas),
        *headers_of_request(method, binding, schemas),
    ]
    if parameters:
        made["parameters"] = parameters
    if binding.body:
        made["requestBody"] = _request_body(request, binding, in_path, schemas, EXAMPLES.get(method.name))
    made["responses"] = _responses(method, binding, in_path, schemas)
    return made


def _parameters(request: Descriptor, binding: HttpBinding, in_path: Sequence[str], schemas: Schemas) -> Iterator[Json]:
    for name in in_path:
        yield _parameter(_field(request, name), "path", schemas)
    if binding.body == "*":
        return
    for field in request.fields:
        if field.name not in (*in_path, binding.body):
            yield _parameter(field, "query", schemas)


def _parameter(field: FieldDescriptor, place: str, schemas: Schemas) -> Json:
    schema = schemas.of_field(field)
    parameter: Json = {"name": field.json_name, "in": place, "schema": schema}
    if place == "path" or is_required(field) or rules_of(field).min_items:
        parameter["required"] = True
    if description := schema.pop("description", None):
        parameter["description"] = description
    return parameter


def _request_body(
    request: Descriptor, binding: HttpBinding, in_path: Sequence[str], schemas: Schemas, example: Json | None
) -> Json:
    if request.full_name == HTTP_BODY:
        return {"required": True, "content": own_request()}
    if binding.verb == "PATCH":
        schema = schemas.update_of(request.fields_by_name[binding.body])
    elif binding.body != "*":
        schema = schemas.of_field(request.fields_by_name[binding.body])
    else:
        schema = schemas.body_of(request, without=in_path)
    shown: Json = {"example": example} if example else {}
    return {"required": True, "content": {"application/json": {"schema": schema, **shown}}}


def _responses(method: Method, binding: HttpBinding, in_path: Sequence[str], schemas: Schemas) -> Json:
    successes = {"200": _success(method, schemas)}
    if headers := headers_of_reply(method):
        successes["200"]["headers"] = headers
    if has_etag(method) and binding.verb == "GET":
        successes["304"] = {"description": "It is still what If-None-Match names.", "headers": headers}
    if _can_be_over(method, in_path):
        successes["204"] = {"description": "There are no events, and none can follow."}
    return {**successes, **failures(method)}


def _can_be_over(method: Method, in_path: Sequence[str]) -> bool:
    """The events of one resource end; those of many go on."""
    is_of_one = any(name.endswith("id") for name in in_path)
    return method.server_streaming and is_of_one and descriptor_of(method.response).full_name != HTTP_BODY


def _success(method: Method, schemas: Schemas) -> Json:
    response = descriptor_of(method.response)
    if response.full_name == HTTP_BODY:
        return own_reply(method)
    schema = schemas.reference(response, reply=True)
    if not method.server_streaming:
        return {"description": comments()[response.full_name], "content": {"application/json": {"schema": schema}}}
    events: Json = {
        "type": "string",
        "contentMediaType": "application/json",
        "contentSchema": schema,
        "description": "The data of each event is one message as JSON.",
    }
    return {"description": "Server-sent events, as they happen.", "content": {"text/event-stream": {"schema": events}}}


def _security(method: Method) -> list[Json]:
    if _is_public(method):
        return []
    # No other service takes them.
    takes_ticket = method.server_streaming and method.service.startswith("easyorder.order.")
    in_query: list[Json] = [{"streamTicket": []}] if takes_ticket else []
    return [{"bearer": []}, *in_query]


def _is_public(method: Method) -> bool:
    return Audience.PUBLIC in method.access.allow


def _who(method: Method) -> str:
    if _is_public(method):
        return "Needs no token."
    who = next(words for audience, words in _WHO.items() if audience in method.access.allow)
    if not method.access.owned:
        return f"For {who}."
    others = " to anybody but administrators" if Audience.ADMIN in method.access.allow else ""
    return f"For {who}. What is neither the caller's own nor for a team of the caller is NOT_FOUND{others}."


def _short_name(service: str) -> str:
    return service.rpartition(".")[2]
