"""Whoever sends a request with many faults is told all of them at once, each once, whichever rule finds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from easyorder.catalog.v1 import (
    CreateProductRequest,
    ListProductsRequest,
    Product,
    ProductItem,
    UpdateProductRequest,
    Variation,
    VariationOption,
)
from easyorder.common.v1 import ItemOption, OrderLine, PaymentMethod
from easyorder.google.protobuf import FieldMask
from easyorder.google.type import Money, PostalAddress
from easyorder.identity.v1 import (
    ChangePasswordRequest,
    CreateTeamRequest,
    ListUsersRequest,
    LoginRequest,
    RegisterRequest,
    RequestPasswordResetRequest,
    ResetPasswordRequest,
    Team,
    UpdateUserRequest,
    User,
)
from easyorder.incentive.v1 import CreateIncentiveRequest, Incentive, IncentiveKind, UpdateIncentiveRequest
from easyorder.internal.inventory.v1 import CommitRequest, ReleaseRequest
from easyorder.inventory.v1 import ListStockLevelsRequest
from easyorder.order.v1 import (
    CreateOrderRequest,
    ExportOrdersRequest,
    GetDailyReportRequest,
    ListAllOrdersRequest,
    ListOrdersRequest,
    OrderMetadata,
    PaymentDetails,
    PreviewOrderRequest,
    RefundOrderRequest,
    RetryPaymentRequest,
    UpdateOrderMetadataRequest,
    WatchOrderRequest,
)
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message_factory import GetMessageClass

from chassis import contract
from chassis.context import Caller, RequestContext, request_context
from chassis.errors import InvalidArgument
from chassis.grpc import metadata
from chassis.validation import Rule, checked
from chassis.wire import codec
from identity_svc.api.identity_rules import IDENTITY_RULES
from inventory_svc.api.catalogue_rules import INCENTIVE_RULES, PRODUCT_RULES, STOCK_RULES
from inventory_svc.api.reservations import ReservationApi
from inventory_svc.queries.products import TOKENS
from order_svc.api.order_rules import ORDER_RULES
from order_svc.api.order_watch import OrderWatchApi
from tests.builders.order_ids import IDS

NOTHING = cast(Any, None)
RULES: Mapping[str, Sequence[Rule]] = {
    **IDENTITY_RULES,
    **INCENTIVE_RULES,
    **ORDER_RULES,
    **OrderWatchApi(NOTHING, IDS, NOTHING, NOTHING).rules,
    **PRODUCT_RULES,
    **ReservationApi.rules,
    **STOCK_RULES,
}
ME = "6a0b1b0e-3f0e-4b5e-9d6c-2f3a4b5c6d7e"


def faults(message_type: type[Any], upb: Any, rules: Sequence[Rule]) -> list[tuple[str, str]]:
    """The violations of one answer."""
    metadata.incoming.set({})
    with request_context(RequestContext(caller=Caller.person(ME))):
        try:
            checked(message_type, upb, rules)
        except InvalidArgument as refusal:
            return [(violation.field, violation.description) for violation in refusal.violations]
    return []


def parsed(message_type: Any, data: bytes) -> Any:
    return codec(message_type).parse(data)


def broken(message: Any, path: str = "") -> Iterator[str]:
    """Breaks every field that can be invalid by itself, inside of messages and lists too; the path of each."""
    field: Any
    for field in message.DESCRIPTOR.fields:
        name = path + field.json_name
        kind: Descriptor | None = field.message_type
        if kind is None and field.is_repeated:
            if (bad := bad_value(field)) is not None:
                getattr(message, field.name).append(bad)
                yield f"{name}[0]"
            elif contract.rules_of(field).min_items or contract.is_required(field):
                yield name
        elif kind is None:
            if (bad := bad_value(field)) is not None:
                setattr(message, field.name, bad)
                yield name
        elif kind.full_name == "google.protobuf.Timestamp":
            getattr(message, field.name).seconds = 2**60
            yield name
        elif kind.full_name.startswith("google.protobuf.") or kind.GetOptions().map_entry:
            continue
        elif field.is_repeated:
            yield from broken(getattr(message, field.name).add(), f"{name}[0].")
        else:
            getattr(message, field.name).SetInParent()
            yield from broken(getattr(message, field.name), f"{name}.")


def bad_value(field: FieldDescriptor) -> Any:
    """A value that the field cannot have; None if it can have any."""
    rules = contract.rules_of(field)
    if field.enum_type is not None:
        return 9_999
    if field.type == FieldDescriptor.TYPE_STRING:
        return "a\0b"
    if field.name == "page_size":  # a larger one is taken as the largest
        return -1
    if field.type in (FieldDescriptor.TYPE_INT32, FieldDescriptor.TYPE_INT64):
        if rules.min is not None:
            return rules.min - 1
        is_required = contract.is_required(field) and not field.is_repeated
        return rules.max + 1 if rules.max is not None else 0 if is_required else None
    return b"" if field.type == FieldDescriptor.TYPE_BYTES and contract.is_required(field) else None


@pytest.mark.parametrize("method", contract.methods().values(), ids=lambda method: method.full_name)
def test_every_field_of_a_request_that_is_broken_everywhere_is_named(method: contract.Method) -> None:
    upb: Any = GetMessageClass(contract.descriptor_of(method.request))()
    expected = sorted(broken(upb))
    if not expected:
        assert not [field for field in upb.DESCRIPTOR.fields if bad_value(field) is not None]
        return

    data = upb.SerializeToString()

    # What is checked is changed: a request is checked once.
    assert sorted(field for field, _ in faults(method.request, upb, ())) == expected
    again = faults(method.request, parsed(method.request, data), RULES.get(method.snake_name, ()))
    assert {field for field, _ in again}.issuperset(expected)
    assert len(set(again)) == len(again)


def eur(units: int = 1, nanos: int = 0) -> Money:
    return Money(currency_code="EUR", units=units, nanos=nanos)


def usd(units: int = 1, nanos: int = 0) -> Money:
    return Money(currency_code="USD", units=units, nanos=nanos)


NOWHERE = PostalAddress(region_code="Germany", revision=1)
CARD_WITHOUT_TOKEN = PaymentDetails(method=PaymentMethod.CARD)
CLASHING = Incentive(
    id="1",
    kind=IncentiveKind.BUY_X_GET_Y,
    buy_quantity=1,
    currency_code="USD",
    start_time=datetime(2026, 2, 1, tzinfo=UTC),
    end_time=datetime(2026, 1, 1, tzinfo=UTC),
    min_total=eur(),
    product_item_ids=["1", "1"],
    max_uses=-1,
)
OF_CLASHING = ["endTime", "getQuantity", "maxUses", "minTotal.currencyCode", "productItemIds"]
ODD = Product(
    id="1",
    base_price=eur(),
    variations=[
        Variation(name="Size", options=[VariationOption(value="S"), VariationOption(value="S", price_modifier=usd())])
    ],
    product_items=[
        ProductItem(sku="A", price_override=eur(1, 1), options=[ItemOption(variation="Colour", value="red")]),
        ProductItem(sku=" a", price_override=eur(-1), options=[ItemOption(variation="Size", value="L")]),
        ProductItem(quantity_on_hand=-1),
    ],
)
OF_ODD = [
    "productItems[0].options[0].variation",
    "productItems[0].priceOverride",
    "productItems[1].options[0].value",
    "productItems[1].priceOverride",
    "productItems[1].sku",
    "productItems[2].quantityOnHand",
    "productItems[2].sku",
    "variations[0].options[1].priceModifier.currencyCode",
    "variations[0].options[1].value",
]
ESCAPED = "\x01" * 100
LARGE = Product(
    name="a\0b",
    description="x" * 10_000,
    base_price=eur(),
    variations=[Variation(name=ESCAPED, options=[VariationOption(value=ESCAPED)])],
    product_items=[
        ProductItem(sku=f"{n}", warehouse_location=ESCAPED, options=[ItemOption(variation=ESCAPED, value=ESCAPED)])
        for n in range(500)
    ],
)
TWO_LINES = "Ada\nLovelace"
# Requests, with the fields at fault.
CASES: Sequence[tuple[str, Any, Sequence[str]]] = (
    (
        "create_order",
        CreateOrderRequest(
            request_id="1",
            items=[OrderLine(product_item_id="1")],
            payment=CARD_WITHOUT_TOKEN,
            shipping_address=NOWHERE,
            loyalty_points=-1,
        ),
        [
            "currencyCode",
            "items[0].quantity",
            "loyaltyPoints",
            "payment.token",
            "shippingAddress.regionCode",
            "shippingAddress.revision",
        ],
    ),
    (
        "create_order",
        CreateOrderRequest(
            request_id="1",
            currency_code="EUR",
            items=[OrderLine(product_item_id="1", quantity=1)],
            payment=CARD_WITHOUT_TOKEN,
            shipping_address=PostalAddress(region_code="DE", postal_code="1", locality="Berlin"),
            billing_address=PostalAddress(region_code="XX"),
            metadata={"": "x"},
        ),
        [
            "billingAddress.regionCode",
            "metadata",
            "payment.token",
            "shippingAddress.addressLines",
            "shippingAddress.postalCode",
        ],
    ),
    (
        "preview_order",
        PreviewOrderRequest(
            currency_code="EUR", items=[OrderLine(product_item_id="1", quantity=1)], metadata={"a b": "x"}
        ),
        ["metadata"],
    ),
    (
        "update_order_metadata",
        UpdateOrderMetadataRequest(order_metadata=OrderMetadata(metadata={"nul": "\0", "long": "x" * 501})),
        ["orderMetadata.id", "orderMetadata.metadata.long", "orderMetadata.metadata.nul"],
    ),
    ("retry_payment", RetryPaymentRequest(id="1", payment=CARD_WITHOUT_TOKEN), ["payment.token", "requestId"]),
    (
        "refund_order",
        RefundOrderRequest(id="1", request_id="1", amount=eur(0), items=[OrderLine(product_item_id="x", quantity=1)]),
        ["amount", "amount", "items[0].productItemId", "reason"],
    ),
    ("refund_order", RefundOrderRequest(id="1", amount=eur(1, 1)), ["amount", "reason", "requestId"]),
    (
        "refund_order",
        RefundOrderRequest(id="1", request_id="1", reason="x", amount=eur(), items=[OrderLine()] * 101),
        ["amount", "items"],
    ),
    ("get_daily_report", GetDailyReportRequest(date="2026-02-30", time_zone="Mars"), ["date", "timeZone"]),
    (
        "export_orders",
        ExportOrdersRequest(start_date="2026-02-30", end_date="2026-13-01", time_zone="../UTC"),
        ["endDate", "startDate", "timeZone"],
    ),
    ("export_orders", ExportOrdersRequest(start_date="2026-02-02", end_date="2026-02-01"), ["endDate"]),
    (
        "list_orders",
        ListOrdersRequest(filter="a", page_size=-1, page_token="x", time_zone="x"),
        ["filter", "pageSize", "pageToken", "timeZone"],
    ),
    (
        "list_all_orders",
        ListAllOrdersRequest(filter="a", page_token="x", time_zone="x"),
        ["filter", "pageToken", "timeZone"],
    ),
    (
        "watch_order",
        WatchOrderRequest(id=IDS.of_order(1), resume_token="x", after_sequence=-1),
        ["afterSequence", "resumeToken"],
    ),
    (
        "create_product",
        CreateProductRequest(product=ODD, request_id="x" * 101),
        ["product.name", *(f"product.{field}" for field in OF_ODD), "requestId"],
    ),
    ("create_product", CreateProductRequest(product=LARGE), ["product", "product.name"]),
    (
        "update_product",
        UpdateProductRequest(
            product=ODD, update_mask=FieldMask(paths=["base_price", "variations", "product_items", "x"])
        ),
        [*(f"product.{field}" for field in OF_ODD), "updateMask"],
    ),
    (
        "list_products",
        ListProductsRequest(
            page_number=1,
            page_token=TOKENS.write(1, filter=""),
            query=" ".join("abcdefghijk"),
            currency_code="XXX",
            filter="metadata = x",
        ),
        ["currencyCode", "filter", "pageToken", "query"],
    ),
    (
        "create_incentive",
        CreateIncentiveRequest(incentive=CLASHING),
        ["incentive.code", *(f"incentive.{field}" for field in OF_CLASHING)],
    ),
    (
        "update_incentive",
        UpdateIncentiveRequest(incentive=CLASHING, update_mask=FieldMask(paths=["*", "x"])),
        ["incentive.code", *(f"incentive.{field}" for field in OF_CLASHING), "updateMask", "updateMask"],
    ),
    (
        "list_stock_levels",
        ListStockLevelsRequest(low_stock_threshold=1, page_size=-1),
        ["lowStockThreshold", "pageSize"],
    ),
    (
        "commit",
        CommitRequest(order_ids=[1, 2], revisions=[1], unpaid_order_ids=[0] * 1001),
        ["revisions", "unpaidOrderIds"],
    ),
    ("release", ReleaseRequest(order_ids=[1, 2], revisions=[1]), ["revisions"]),
    (
        "register",
        RegisterRequest(email="ada\x01@example.com", password="short", display_name=TWO_LINES),
        ["displayName", "email", "password"],
    ),
    ("login", LoginRequest(email=TWO_LINES), ["email", "password"]),
    ("request_password_reset", RequestPasswordResetRequest(email="ada\x01@example.com"), ["email"]),
    ("reset_password", ResetPasswordRequest(new_password="short"), ["newPassword", "token"]),
    ("change_password", ChangePasswordRequest(id=ME, new_password="short"), ["currentPassword", "newPassword"]),
    (
        "update_user",
        UpdateUserRequest(
            user=User(id="me", email="ada\x01@example.com", display_name=TWO_LINES, metadata={"a b": ""}),
            update_mask=FieldMask(paths=["email", "display_name", "roles"]),
        ),
        ["updateMask", "user.currentPassword", "user.displayName", "user.email", "user.metadata"],
    ),
    ("list_users", ListUsersRequest(filter="name = x", page_size=-1), ["filter", "pageSize"]),
    ("create_team", CreateTeamRequest(team=Team(name=TWO_LINES), request_id="x" * 101), ["requestId", "team.name"]),
)


def named(request: Any, rules: Sequence[Rule]) -> list[str]:
    """The fields of the violations, sorted; no two violations are the same."""
    found = faults(type(request), parsed(type(request), bytes(request)), rules)
    assert len(set(found)) == len(found)
    return sorted(field for field, _ in found)


@pytest.mark.parametrize(("method", "request_", "fields"), CASES)
def test_fields_and_what_is_between_them_are_told_at_once(method: str, request_: Any, fields: Sequence[str]) -> None:
    assert named(request_, RULES[method]) == sorted(fields)


def test_every_rule_is_broken_by_a_case() -> None:
    unbroken = {(method, number) for method, rules in RULES.items() for number in range(len(rules))}
    for method, request, fields in CASES:
        for number in range(len(RULES[method])):
            rules = [rule for other, rule in enumerate(RULES[method]) if other != number]
            if named(request, rules) != sorted(fields):
                unbroken.discard((method, number))

    assert unbroken == set()
