"""The document is valid OpenAPI 3.1 and matches the contract."""

from __future__ import annotations

import json
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from google.protobuf.message_factory import GetMessageClass
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from chassis import contract
from chassis.context import Audience
from edge.openapi import document

VERBS = {"get", "put", "post", "patch", "delete"}


@pytest.fixture(scope="module")
def api() -> Any:
    return document()


@pytest.fixture(scope="module")
def operations(api: Any) -> dict[str, Any]:
    """By the method's full name; of several bindings, the first."""
    found: dict[str, Any] = {}
    for path in api["paths"].values():
        for operation in path.values():
            found.setdefault(operation["x-grpc-method"], operation)
    return found


def valid(api: Any, schema: str, value: object) -> bool:
    """Whether `value` is an instance of a component of the document."""
    root = {"$ref": f"#/components/schemas/{schema}", "components": api["components"]}
    return bool(Draft202012Validator(root).is_valid(value))


def test_it_is_valid_open_api(api: Any) -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(api).iter_errors()] == []


def test_every_binding_that_is_served_is_there_once(api: Any) -> None:
    served = [method for method in contract.methods().values() if not method.access.planned]
    bindings = [binding for method in served for binding in method.http]
    operations = [operation for path in api["paths"].values() for verb, operation in path.items() if verb in VERBS]

    assert len(operations) == len(bindings)
    assert {operation["x-grpc-method"] for operation in operations} == {m.full_name for m in served if m.http}
    assert len({operation["operationId"] for operation in operations}) == len(operations)


def test_nothing_in_it_is_for_services_only(api: Any) -> None:
    internal = {name for method in contract.methods().values() if contract.is_internal(name := method.service)}

    assert not [schema for schema in api["components"]["schemas"] if contract.is_internal(f"easyorder.{schema}")]
    assert not [name for name in internal if name.rpartition(".")[2] in json.dumps(api)]


def test_it_says_who_may_call_what_is_not_their_own(operations: dict[str, Any]) -> None:
    own = "What is not the caller's own, or a team member's, is NOT_FOUND"
    for name, operation in operations.items():
        access = contract.methods()[name].access
        said = operation["description"]
        assert (own in said) == access.owned, name
        assert (f"{own} to anybody but administrators." in said) == (access.owned and Audience.ADMIN in access.allow), (
            name
        )


def test_security_is_what_the_access_options_say(operations: dict[str, Any]) -> None:
    for name, operation in operations.items():
        method = contract.methods()[name]
        is_public = Audience.PUBLIC in method.access.allow
        assert (operation["security"] == []) == is_public, name
        assert ("401" in operation["responses"]) != is_public, name


def test_every_operation_is_described(operations: dict[str, Any]) -> None:
    assert [name for name, operation in operations.items() if not operation["summary"]] == []


def test_a_stream_is_server_sent_events_and_takes_a_ticket_as_a_parameter(operations: dict[str, Any]) -> None:
    watch = operations["/easyorder.order.v1.OrderWatchService/WatchOrder"]

    assert {"streamTicket": []} in watch["security"]
    assert {"200", "204"} <= watch["responses"].keys()
    events = watch["responses"]["200"]["content"]["text/event-stream"]["schema"]
    assert events["contentSchema"] == {"$ref": "#/components/schemas/order.v1.OrderEvent"}


def test_paths_queries_and_bodies_share_out_the_fields(api: Any) -> None:
    get, put = api["paths"]["/api/v1/orders"]["get"], api["paths"]["/api/v1/orders/{id}"]["put"]

    assert [(p["name"], p["in"]) for p in get["parameters"]] == [
        ("pageSize", "query"),
        ("pageToken", "query"),
        ("filter", "query"),
    ]
    assert [(p["name"], p["in"], p.get("required")) for p in put["parameters"]] == [
        ("id", "path", True),
        ("Idempotency-Key", "header", None),
    ]
    assert put["requestBody"]["content"]["application/json"]["schema"]["properties"].keys() == {
        "items",
        "etag",
        "requestId",
    }


def test_an_update_takes_any_fields_and_their_names_as_a_parameter(api: Any) -> None:
    update = api["paths"]["/api/v1/products/{id}"]["patch"]

    parameters = {p["name"]: (p["in"], p["schema"]) for p in update["parameters"]}
    assert parameters["id"][0] == "path"
    assert parameters["updateMask"] == ("query", {"type": "string"})
    body = update["requestBody"]["content"]["application/json"]["schema"]
    assert body["$ref"] == "#/components/schemas/catalog.v1.ProductUpdate"
    schemas = api["components"]["schemas"]
    assert schemas["catalog.v1.ProductUpdate"]["properties"] == schemas["catalog.v1.Product"]["properties"]
    assert "required" not in schemas["catalog.v1.ProductUpdate"]
    assert "name" in schemas["catalog.v1.Product"]["required"]


def test_what_moves_money_requires_a_request_id(api: Any) -> None:
    refund = api["paths"]["/api/v1/admin/orders/{id}:refund"]["post"]
    cancel = api["paths"]["/api/v1/orders/{id}:cancel"]["post"]

    for operation, is_required in ((refund, True), (cancel, False)):
        body = operation["requestBody"]["content"]["application/json"]["schema"]
        assert ("requestId" in body.get("required", [])) is is_required
        (key,) = [parameter for parameter in operation["parameters"] if parameter["in"] == "header"]
        assert (key["name"], key["schema"]["maxLength"]) == ("Idempotency-Key", 100)


def an_order(**changes: object) -> dict[str, object]:
    return {
        "requestId": "1",
        "currencyCode": "USD",
        "items": [{"productItemId": "1", "quantity": 1}],
        "payment": {"method": "PAYMENT_METHOD_CARD", "token": "tok_ok"},
    } | changes


@pytest.mark.parametrize(
    "changes",
    [
        {"currencyCode": "XYZ"},
        {"items": []},
        {"items": [{"productItemId": "1", "quantity": 0}]},
        {"items": [{"productItemId": "1", "quantity": 1001}]},
        {"items": [{"productItemId": "one", "quantity": 1}]},
        {"payment": {"method": "BITCOIN"}},
        {"requestId": "x" * 101},
        {"requestId": ""},
    ],
    ids=str,
)
def test_the_rules_of_the_contract_are_constraints(api: Any, changes: dict[str, object]) -> None:
    assert valid(api, "order.v1.CreateOrderRequest", an_order())
    assert not valid(api, "order.v1.CreateOrderRequest", an_order(**changes))


def test_what_is_not_given_is_within_its_constraints(api: Any) -> None:
    """The JSON of a message shows every field, those without a value as "" or 0."""
    for name in sorted(contract.message_types()):
        schema = api["components"]["schemas"].get(name.removeprefix("easyorder."))
        if schema is None:
            continue
        empty = GetMessageClass(contract.pool().FindMessageTypeByName(name))()
        shown = MessageToDict(empty, always_print_fields_with_no_presence=True, descriptor_pool=contract.pool())
        for field in shown.keys() - set(schema.get("required", [])):
            root = schema["properties"][field] | {"components": api["components"]}
            assert Draft202012Validator(root).is_valid(shown[field]), f"{name}.{field}"


def test_json_has_int64_as_text_and_times_as_rfc_3339(api: Any) -> None:
    order = api["components"]["schemas"]["order.v1.Order"]["properties"]
    sequence = api["components"]["schemas"]["order.v1.OrderEvent"]["properties"]["sequence"]

    assert (sequence["type"], sequence["format"]) == ("string", "int64")
    placed_at = order["placedAt"]
    assert (placed_at["type"], placed_at["format"], placed_at["readOnly"]) == ("string", "date-time", True)


def test_reasons_of_errors_are_listed(api: Any) -> None:
    described = api["components"]["schemas"]["Error"]["properties"]["details"]["items"]["anyOf"]

    (info,) = [detail for detail in described if "domain" in detail["properties"]]

    assert "OUT_OF_STOCK" in info["properties"]["reason"]["x-extensible-enum"]


def test_errors_are_described_as_they_are(api: Any) -> None:
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "OUT_OF_STOCK",
        "domain": "easyorder",
        "metadata": {"available": "0"},
    }

    assert valid(api, "Error", {"code": 9, "message": "sold out", "details": [info]})
    assert not valid(api, "Error", {"code": 9, "message": "sold out"})
    assert not valid(api, "Error", {"code": 9, "message": "sold out", "details": [{"@type": "something else"}]})


def test_every_enum_says_that_new_values_may_come(api: Any) -> None:
    enums = {name: schema for name, schema in api["components"]["schemas"].items() if "enum" in schema}

    assert len(enums) > 5
    assert [name for name, schema in enums.items() if "Expect new values." not in schema["description"]] == []
