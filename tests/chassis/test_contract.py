"""The contract at run time equals proto/."""

from __future__ import annotations

import betterproto2
import pytest
from easyorder.common.v1 import OrderLine
from easyorder.order.v1 import CreateOrderRequest, OrderEvent, PreviewOrderRequest, WatchOrderRequest
from google.protobuf.descriptor import Descriptor

from chassis import contract
from chassis.context import Audience
from deploy.service_keys import SERVICES


def test_a_method_is_known_with_its_messages_access_and_http_bindings() -> None:
    method = contract.methods()["/easyorder.order.v1.OrderWatchService/WatchOrder"]

    assert (method.service, method.name, method.snake_name) == (
        "easyorder.order.v1.OrderWatchService",
        "WatchOrder",
        "watch_order",
    )
    assert (method.request, method.response, method.server_streaming) == (WatchOrderRequest, OrderEvent, True)
    assert method.access == contract.Access(frozenset({Audience.USER, Audience.ADMIN}), owned=True)
    assert method.http == (contract.HttpBinding("GET", "/api/v1/orders/{id}:watch", ""),)


@pytest.mark.parametrize("name", contract.methods())
def test_every_method_says_who_may_call_it(name: str) -> None:
    assert contract.methods()[name].access.allow


@pytest.mark.parametrize("name", [name for name, method in contract.methods().items() if not method.http])
def test_what_is_not_on_http_is_for_services_only(name: str) -> None:
    assert contract.methods()[name].access.allow == {Audience.SERVICE}


@pytest.mark.parametrize("name", contract.methods())
def test_a_method_for_services_says_for_which(name: str) -> None:
    access = contract.methods()[name].access

    assert bool(access.services) is (Audience.SERVICE in access.allow)
    assert access.services <= {*SERVICES}


def test_stock_levels_are_in_replies_to_administrators_only() -> None:
    def messages(described: Descriptor, known: set[str]) -> set[str]:
        if described.full_name not in known:
            known.add(described.full_name)
            for field in described.fields:
                if field.message_type is not None:
                    messages(field.message_type, known)
        return known

    level = "easyorder.inventory.v1.StockLevel"
    shown_by = {
        method.name: method.access.allow
        for method in contract.methods().values()
        if level in messages(contract.descriptor_of(method.response), set())
    }

    assert shown_by.keys() == {"GetStockLevel", "ListStockLevels", "AdjustStock"}
    assert set(shown_by.values()) == {frozenset({Audience.ADMIN})}


# Why a repeated call needs no request_id.
REPEATABLE = {
    "Register": "nobody is signed in whose repeat it could be; Login tells whether it took effect",
    "Login": "changes nothing that another one would not change",
    "RefreshToken": "for a moment the same client gets the same tokens again",
    "Logout": "a session that has ended stays so",
    "DeleteSession": "a session that has ended is not found",
    "RequestPasswordReset": "sends another mail, which is counted",
    "ResetPassword": "a token is used once",
    "RequestEmailVerification": "sends another mail, which is counted",
    "VerifyEmail": "a token is used once",
    "UpdateUser": "makes the user what it says; with an etag once",
    "ChangePassword": "a repeat has the old password, which is wrong by then",
    "SetUserRoles": "replaces all roles",
    "DisableUser": "one who is disabled stays so",
    "AddTeamMember": "a member stays one",
    "RemoveTeamMember": "whoever is no member stays none",
    "EnableUser": "one who is not disabled stays so",
    "ReceiveStripeEvent": "only wakes a job",
    "RetryJob": "a job that runs or is done is shown as it is",
    "DiscardJob": "a discarded job stays as it is",
    "ExportOrders": "reads",
    "ExportAuditEntries": "reads",
    "CreateStreamTicket": "stores nothing; a ticket that nobody uses expires",
    "DeleteWebhook": "one that was deleted is not found",
    "RedeliverWebhookEvent": "one that waits is not sent twice",
    "CreateTrackingLink": "stores nothing; one more link does no harm",
    "UpdateOrderMetadata": "sets what it names",
    "RevokeTrackingLinks": "links that were revoked stay so",
}


def test_every_write_takes_a_request_id_or_may_be_repeated() -> None:
    reads = ("Get", "List", "Watch", "Check", "Validate")
    without = {
        method.name
        for method in contract.methods().values()
        if method.access.allow != {Audience.SERVICE}
        and not method.access.planned
        and not method.name.startswith(reads)
        and "request_id" not in contract.descriptor_of(method.request).fields_by_name
    }

    assert without == REPEATABLE.keys()


def test_snake_names_split_every_word() -> None:
    assert contract.methods()["/easyorder.edge.v1.PortalService/GetOpenApi"].snake_name == "get_open_api"


def test_the_rules_of_a_field_are_read() -> None:
    quantity = contract.descriptor_of(OrderLine).fields_by_name["quantity"]

    rules = contract.rules_of(quantity)

    assert (rules.min, rules.max, rules.min_length) == (1, 1000, 0)
    assert contract.is_required(quantity)


def test_message_types_are_found_by_their_full_names_nested_ones_too() -> None:
    names = contract.message_types()

    assert names["easyorder.common.v1.OrderLine"] is OrderLine
    assert (
        contract.full_name_of(names["google.rpc.BadRequest.FieldViolation"]) == "google.rpc.BadRequest.FieldViolation"
    )


def test_a_preview_takes_what_a_new_order_takes() -> None:
    def fields(message_type: type[betterproto2.Message]) -> dict[str, tuple[int, int, bool]]:
        described = contract.descriptor_of(message_type).fields
        return {field.name: (field.number, field.type, field.is_repeated) for field in described}

    assert fields(PreviewOrderRequest) == fields(CreateOrderRequest)
