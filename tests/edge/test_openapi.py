"""The document is valid OpenAPI 3.1 and matches the contract."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from google.protobuf.message_factory import GetMessageClass
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from chassis import contract
from chassis.context import Audience
from edge.openapi import document
from edge.openapi.examples import EXAMPLES
from edge.openapi.failures import reasons_of
from edge.openapi.reasons import reasons
from edge.openapi.schemas import Schemas
from envoy.resource_headers import condition, has_etag, path_of_created

VERBS = {"get", "put", "post", "patch", "delete"}


@pytest.fixture(scope="module")
def api() -> Any:
    return document()


@pytest.fixture(scope="module")
def operations(api: Any) -> dict[str, Any]:
    """By the method's full name."""
    found = [operation for path in api["paths"].values() for operation in path.values()]
    return {operation["x-grpc-method"]: operation for operation in found}


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
    # Generated clients call a second binding of a method CancelOrder_2 or the like.
    assert len(operations) == len({operation["operationId"] for operation in operations})
    assert {operation["operationId"] for operation in operations} == {m.name for m in served if m.http}


def test_nothing_in_it_is_for_services_only(api: Any) -> None:
    internal = {name for method in contract.methods().values() if contract.is_internal(name := method.service)}

    for package in {name.rpartition(".")[0] for name in internal}:
        assert package not in json.dumps(api)
    assert not [name for name in internal if name.rpartition(".")[2] in json.dumps(api)]


def test_it_says_who_may_call_what_is_not_their_own(operations: dict[str, Any]) -> None:
    own = "What is neither the caller's own nor for a team of the caller is NOT_FOUND"
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
        # Lists of products refuse those who ask for deleted ones.
        refuses = not is_public or method.name == "ListProducts"
        assert ("PERMISSION_DENIED" in str(operation["responses"].get("403"))) == refuses, name


def test_everything_is_described(api: Any) -> None:
    assert list(undescribed(api)) == []


def undescribed(api: Any) -> Iterator[str]:
    """The places of what has a name and no description."""
    for name, schema in api["components"]["schemas"].items():
        yield from [] if schema.get("description") else [name]
        yield from (f"{name}.{p}" for p, found in schema.get("properties", {}).items() if not found.get("description"))
    for tag in api["tags"]:
        yield from [] if tag["description"] else [tag["name"]]
    for path in api["paths"].values():
        for operation in path.values():
            parts = [*operation.get("parameters", []), *operation["responses"].values(), operation]
            yield from [] if operation["summary"] else [operation["operationId"]]
            for part in parts:
                if not (part.get("description") or part.get("$ref")):
                    yield f"{operation['operationId']}: {part.get('name', part)}"


def test_a_stream_is_server_sent_events_and_takes_a_ticket_as_a_parameter(operations: dict[str, Any]) -> None:
    watch = operations["/easyorder.order.v1.OrderWatchService/WatchOrder"]

    assert {"streamTicket": []} in watch["security"]
    with_ticket = [name for name, found in operations.items() if {"streamTicket": []} in found.get("security", ())]
    assert {name.split("/")[1].rpartition(".")[0] for name in with_ticket} == {"easyorder.order.v1"}
    assert {"200", "204"} <= watch["responses"].keys()
    events = watch["responses"]["200"]["content"]["text/event-stream"]["schema"]
    assert events["contentSchema"] == {"$ref": "#/components/schemas/OrderEvent"}
    assert "Last-Event-ID" in {parameter["name"] for parameter in watch["parameters"]}


def test_only_a_stream_of_one_order_can_be_over(operations: dict[str, Any]) -> None:
    over = {name.rpartition("/")[2] for name, operation in operations.items() if "204" in operation["responses"]}

    assert over == {"WatchOrder"}


def test_an_event_has_exactly_one_content(api: Any) -> None:
    event = {"resumeToken": "t", "sequence": 1, "eventTime": "2026-01-31T12:00:00Z", "orderId": "o"}
    happened = {"paymentAttempt": {"number": 1, "outcome": "PAYMENT_OUTCOME_CHARGED"}}

    assert valid(api, "OrderEvent", event | happened)
    assert not valid(api, "OrderEvent", event)
    assert not valid(api, "OrderEvent", event | happened | {"heartbeat": {}})


def test_every_oneof_of_a_reply_is_one_of(api: Any) -> None:
    oneofs = {
        message.name: [field.json_name for field in oneof.fields]
        for name in contract.message_types()
        if (message := contract.pool().FindMessageTypeByName(name)).name in api["components"]["schemas"]
        and not contract.is_internal(name)
        for oneof in message.oneofs
        if len(oneof.fields) > 1
    }

    assert oneofs.keys() == {"OrderEvent", "InventoryEvent", "TrackedOrderEvent", "JobsEvent", "HealthEvent"}
    for name, fields in oneofs.items():
        (choice,) = api["components"]["schemas"][name]["allOf"]
        assert [list(one["properties"]) for one in choice["oneOf"]] == [[field] for field in fields]


def test_paths_queries_and_bodies_share_out_the_fields(api: Any) -> None:
    get, put = api["paths"]["/api/v1/orders"]["get"], api["paths"]["/api/v1/orders/{id}"]["put"]

    assert [(p["name"], p["in"]) for p in get["parameters"]] == [
        ("pageSize", "query"),
        ("pageToken", "query"),
        ("filter", "query"),
        ("timeZone", "query"),
        ("x-easyorder-position", "header"),
    ]
    assert [(p["name"], p["in"], p.get("required")) for p in put["parameters"]] == [
        ("id", "path", True),
        ("Idempotency-Key", "header", None),
        ("If-Match", "header", None),
        ("x-easyorder-position", "header", None),
    ]
    assert put["requestBody"]["content"]["application/json"]["schema"] == reference("UpdateOrderRequest")
    assert api["components"]["schemas"]["UpdateOrderRequest"]["properties"].keys() == {"items", "etag", "requestId"}


def test_an_update_takes_any_fields_and_their_names_as_a_parameter(api: Any) -> None:
    update = api["paths"]["/api/v1/products/{id}"]["patch"]

    parameters = {p["name"]: (p["in"], p["schema"]) for p in update["parameters"]}
    assert parameters["id"][0] == "path"
    assert parameters["updateMask"] == ("query", {"type": "string"})
    body = update["requestBody"]["content"]["application/json"]["schema"]
    assert body == reference("ProductUpdate")
    schemas = api["components"]["schemas"]
    assert schemas["ProductUpdate"]["properties"].keys() == schemas["ProductInput"]["properties"].keys() - {"id"}
    assert "required" not in schemas["ProductUpdate"]


def test_a_request_requires_what_must_be_given_and_leaves_out_what_the_shop_sets(api: Any) -> None:
    schemas = api["components"]["schemas"]

    assert schemas["ProductInput"]["required"] == ["name", "basePrice", "productItems"]
    assert not {"createTime", "currencyCode"} & schemas["ProductInput"]["properties"].keys()
    assert "quantityOnHand" in schemas["ProductItemInput"]["properties"]
    assert schemas["PostalAddressInput"]["required"] == ["regionCode"]
    assert schemas["MoneyInput"]["required"] == ["currencyCode"]


def test_a_reply_has_all_that_is_printed_although_it_is_empty(api: Any) -> None:
    schemas = api["components"]["schemas"]

    assert schemas["Money"]["required"] == ["currencyCode", "units", "nanos"]
    absent = schemas["Product"]["properties"].keys() - set(schemas["Product"]["required"])
    assert absent == {"deleteTime"}
    assert "totalAmount" in schemas["Order"]["required"]
    assert "paidAt" not in schemas["Order"]["required"]
    assert "quantityOnHand" not in schemas["ProductItem"]["properties"]


def test_a_message_has_one_schema_where_requests_and_replies_agree(api: Any) -> None:
    assert "OrderLineInput" not in api["components"]["schemas"]
    refunded = api["components"]["schemas"]["Refund"]["properties"]["items"]["items"]
    ordered = api["components"]["schemas"]["CreateOrderRequest"]["properties"]["items"]["items"]
    assert refunded == ordered == reference("OrderLine")


def test_two_messages_of_one_name_are_noticed() -> None:
    schemas = Schemas()
    schemas.named("Error", "google.rpc.Status", dict)

    with pytest.raises(ValueError, match="Error is both"):
        schemas.named("Error", "easyorder.common.v1.Error", dict)


def test_every_reason_is_one_of_a_method_unless_there_is_none(operations: dict[str, Any]) -> None:
    listed = {reason.name for name in operations for reason in reasons_of(contract.methods()[name])}

    assert {reason.name for reason in reasons()} - listed <= {"METHOD_NOT_ALLOWED", "UNIMPLEMENTED"}


def test_reasons_are_those_of_the_comment_and_of_the_form(operations: dict[str, Any]) -> None:
    responses = operations["/easyorder.order.v1.OrderService/CancelOrder"]["responses"]

    said = {status: found.get("description", "") for status, found in responses.items()}
    assert (said["404"], said["409"]) == ("ORDER_NOT_FOUND", "ETAG_MISMATCH, CONFLICT")
    assert {"ILLEGAL_TRANSITION", "REQUEST_ID_REUSED"} <= {*said["400"].split(", ")}
    assert "REQUEST_ID_REQUIRED" not in said["400"]


def test_headers_are_documented_where_envoy_sends_them(operations: dict[str, Any]) -> None:
    methods = [method for method in contract.methods().values() if method.full_name in operations]
    headers = {m.name: operations[m.full_name]["responses"]["200"].get("headers", {}) for m in methods}
    answers_known = {m.name for m in methods if "304" in operations[m.full_name]["responses"]}

    assert {name for name, found in headers.items() if "ETag" in found} == {m.name for m in methods if has_etag(m)}
    assert {name for name, found in headers.items() if "Location" in found} == {
        method.name for method in methods if path_of_created(method, methods)
    }
    assert answers_known == {method.name for method in methods if condition(method)}
    assert {"CancelOrder", "UpdateProduct", "DeleteProduct", "UpdateUser"} <= {
        method.name
        for method in methods
        for parameter in operations[method.full_name].get("parameters", [])
        if parameter["name"] == "If-Match"
    }


POSITION = "x-easyorder-position"


def reference(schema: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{schema}"}


def test_what_moves_money_requires_a_request_id(api: Any) -> None:
    refund = api["paths"]["/api/v1/admin/orders/{id}:refund"]["post"]
    cancel = api["paths"]["/api/v1/orders/{id}:cancel"]["post"]

    for operation, is_required in ((refund, True), (cancel, False)):
        name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        assert ("requestId" in api["components"]["schemas"][name].get("required", [])) is is_required
        (key,) = [parameter for parameter in operation["parameters"] if parameter["name"] == "Idempotency-Key"]
        assert (key["name"], key["schema"]["maxLength"]) == ("Idempotency-Key", 100)


def test_reads_after_writes_can_be_asked_for(api: Any) -> None:
    operations = [operation for path in api["paths"].values() for operation in path.values()]
    asked = {
        operation["operationId"]: parameter["description"]
        for operation in operations
        for parameter in operation.get("parameters", [])
        if parameter["name"] == POSITION
    }
    answered = {one["operationId"] for one in operations if POSITION in one["responses"]["200"].get("headers", {})}

    assert {"GetOrder", "ListAllOrders", "GetProduct", "ListStockLevels", "GetIncentive"} <= asked.keys() - answered
    assert {
        "CreateOrder",
        "RefundOrder",
        "UpdateProduct",
        "AdjustStock",
        "ActivateIncentive",
    } <= asked.keys() & answered
    assert answered <= asked.keys()
    assert not asked.keys() & {"Login", "PreviewOrder", "WatchOrder", "CreateStreamTicket", "GetHealth", "ListJobs"}


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
    assert valid(api, "CreateOrderRequest", an_order())
    assert not valid(api, "CreateOrderRequest", an_order(**changes))


def test_what_is_not_given_is_within_its_constraints(api: Any) -> None:
    """The JSON of a message shows every field, those without a value as "" or 0."""
    for name in sorted(contract.message_types()):
        described = contract.pool().FindMessageTypeByName(name)
        schema = api["components"]["schemas"].get(described.name)
        if schema is None or contract.is_internal(name):
            continue
        empty = GetMessageClass(described)()
        shown = MessageToDict(empty, always_print_fields_with_no_presence=True, descriptor_pool=contract.pool())
        must = {field.json_name for field in described.fields if contract.is_required(field)}
        for field in shown.keys() & schema.get("properties", {}).keys() - must:
            root = schema["properties"][field] | {"components": api["components"]}
            assert Draft202012Validator(root).is_valid(shown[field]), f"{name}.{field}"


def test_only_amounts_and_points_are_int64_which_json_has_as_text(api: Any) -> None:
    properties = {
        name: found
        for schema in api["components"]["schemas"].values()
        for name, found in schema.get("properties", {}).items()
        if found.get("format") == "int64"
    }

    assert properties.keys() == {"units", "points", "loyaltyPoints", "loyaltyPointsSpent", "loyaltyPointsEarned"}
    assert {found["type"] for found in properties.values()} == {"string"}


def test_json_has_times_as_rfc_3339(api: Any) -> None:
    placed_at = api["components"]["schemas"]["Order"]["properties"]["placedAt"]
    assert (placed_at["type"], placed_at["format"], placed_at["readOnly"]) == ("string", "date-time", True)


def test_reasons_of_errors_are_listed(api: Any) -> None:
    for detail in ("ErrorInfo", "FieldViolation"):
        reason = api["components"]["schemas"][detail]["properties"]["reason"]
        assert "OUT_OF_STOCK" in reason["x-extensible-enum"]


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


def test_every_example_is_a_valid_body(api: Any, operations: dict[str, Any]) -> None:
    contents = {
        operation["operationId"]: operation["requestBody"]["content"]["application/json"]
        for operation in operations.values()
        if "requestBody" in operation
    }

    shown = {name: content["example"] for name, content in contents.items() if "example" in content}
    assert shown == EXAMPLES
    for name, example in shown.items():
        root = contents[name]["schema"] | {"components": api["components"]}
        assert [error.message for error in Draft202012Validator(root).iter_errors(example)] == [], name
