"""A bad request is refused with all invalid fields, under their JSON names."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator
from functools import partial
from typing import Any, cast

import betterproto2
import pytest
from easyorder.catalog.v1 import CreateProductRequest, Product, Variation, VariationOption
from easyorder.common.v1 import OrderLine, PaymentMethod
from easyorder.google.protobuf import FieldMask
from easyorder.identity.v1 import RegisterRequest, Role, SetUserRolesRequest, UpdateUserRequest, User
from easyorder.incentive.v1 import CreateIncentiveRequest, Incentive
from easyorder.inventory.v1 import AdjustStockRequest
from easyorder.order.v1 import (
    CreateOrderRequest,
    GetDailyReportRequest,
    ListOrdersRequest,
    PaymentDetails,
)
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from chassis import contract, validation
from chassis.errors import InvalidArgument
from chassis.wire import codec
from identity_svc.domain.errors import WeakPassword


def a_request(**changes: object) -> CreateOrderRequest:
    fields: dict[str, Any] = {
        "request_id": "1",
        "currency_code": "EUR",
        "items": [OrderLine(product_item_id="1", quantity=1)],
        "payment": PaymentDetails(method=PaymentMethod.CARD, token="tok_ok"),
    }
    return CreateOrderRequest(**fields | changes)


def check(message: betterproto2.Message) -> None:
    validation.checked(type(message), codec(type(message)).parse(bytes(message)))


def faults(message: betterproto2.Message) -> dict[str, str]:
    with pytest.raises(InvalidArgument) as refused:
        check(message)
    return {violation.field: violation.description for violation in refused.value.violations}


def reasons(message: betterproto2.Message, *rules: validation.Rule) -> dict[str, str]:
    with pytest.raises(InvalidArgument) as refused:
        validation.checked(type(message), codec(type(message)).parse(bytes(message)), rules)
    return {violation.field: violation.reason for violation in refused.value.violations}


def test_each_fault_has_the_reason_that_it_would_have_alone() -> None:
    def refuse(request: object, refused: object) -> None:
        raise WeakPassword.of("password", "is easy to guess")

    weak = {"password": "WEAK_PASSWORD"}
    assert reasons(a_request(request_id="", currency_code="", payment=None), refuse) == weak | {
        "requestId": "REQUEST_ID_REQUIRED",
        "currencyCode": "INVALID_ARGUMENT",
        "payment": "INVALID_ARGUMENT",
    }
    assert reasons(a_request(currency_code=""), refuse) == weak | {"currencyCode": "INVALID_ARGUMENT"}


def test_a_good_request_passes() -> None:
    check(a_request())


def required_texts() -> list[tuple[type[betterproto2.Message], str, str]]:
    """Every text of the contract that must be there: message, attribute, and name in JSON."""
    return [
        (message, cast(Any, message)._betterproto.field_name_by_number[field.number], field.json_name)
        for message in contract.message_types().values()
        for field in contract.descriptor_of(message).fields
        if field.type == FieldDescriptor.TYPE_STRING and not field.is_repeated and contract.is_required(field)
    ]


def test_nothing_but_blanks_is_no_value_for_any_text_that_is_required() -> None:
    texts = required_texts()
    assert len(texts) > 20
    for message, attribute, name in texts:
        for blanks in (" ", "\t \n", "\u00a0\u3000", "\u200b", "\u00ad \u2060"):
            assert name in faults(message(**{attribute: blanks})), (message, name)


def test_every_field_at_fault_is_named_as_the_json_caller_wrote_it() -> None:
    request = a_request(
        currency_code="XXX",
        items=[OrderLine(product_item_id="1", quantity=-1), OrderLine(quantity=1001)],
        payment=None,
        loyalty_points=-1,
    )

    assert faults(request) == {
        "currencyCode": "must be one of USD, EUR, EGP, GBP",
        "items[0].quantity": "must be at least 1",
        "items[1].productItemId": "is required",
        "items[1].quantity": "must be at most 1000",
        "payment": "is required",
        "loyaltyPoints": "must be at least 0",
    }


def test_lists_are_bounded_and_text_is_where_the_contract_says_nothing() -> None:
    assert faults(ListOrdersRequest(page_token="x" * 1001)) == {"pageToken": "takes at most 1000 characters"}
    assert faults(SetUserRolesRequest(id="1", roles=[Role.USER] * 11)) == {"roles": "takes at most 10"}


def test_a_list_inside_is_named_with_its_place() -> None:
    options = [VariationOption(value=str(number)) for number in range(101)]
    variations = [Variation(name="a", options=options[:1]), Variation(name="b", options=options)]

    named = faults(CreateProductRequest(product=Product(name="x", variations=variations)))

    assert named.pop("product.variations[1].options") == "takes at most 100"
    assert set(named) == {"product.basePrice", "product.productItems"}


def test_what_elements_of_one_kind_come_to_is_limited() -> None:
    def items(*pieces: tuple[int, int]) -> list[OrderLine]:
        return [OrderLine(product_item_id=str(item), quantity=quantity) for item, quantity in pieces]

    check(a_request(items=items((1, 1000), (2, 1000))))
    check(a_request(items=items((1, 400), (2, 1000), (1, 600))))

    fault = "must add up to at most 1000 for one productItemId"
    found = faults(a_request(items=items((1, 400), (2, 1000), (1, 601), (1, 1))))
    assert found == {"items[2].quantity": fault, "items[3].quantity": fault}
    # An element that is wrong by itself is named alone.
    assert list(faults(a_request(items=items((1, 400), (1, 1001))))) == ["items[1].quantity"]


def test_no_long_list_is_read() -> None:
    """What is refused for its length costs no dataclass for each element."""
    data = bytes(CreateOrderRequest(items=[OrderLine()])) * 300_000
    begin = time.thread_time()

    with pytest.raises(InvalidArgument, match="items takes at most 100"):
        validation.checked(CreateOrderRequest, codec(CreateOrderRequest).parse(data))

    assert time.thread_time() - begin < 0.1


def test_a_time_beyond_the_calendar_names_its_field() -> None:
    message = codec(CreateIncentiveRequest).parse(bytes(CreateIncentiveRequest(incentive=Incentive())))
    message.incentive.end_time.seconds = 253_402_300_800  # type: ignore[attr-defined]

    with pytest.raises(InvalidArgument) as refused:
        validation.checked(CreateIncentiveRequest, message)

    found = {violation.field: violation.description for violation in refused.value.violations}
    assert found["incentive.endTime"] == "must be in the years 1 to 9999"


def test_no_more_faults_are_looked_for_than_anybody_reads() -> None:
    options = [VariationOption() for _ in range(100)]
    product = Product(name="x", variations=[Variation(name="a", options=options) for _ in range(100)])

    assert len(faults(CreateProductRequest(product=product))) < 1_200


def test_the_message_names_the_first_faults_and_counts_the_rest() -> None:
    with pytest.raises(InvalidArgument, match=r"^currencyCode is required; items needs at least 1; payment is"):
        check(CreateOrderRequest(request_id="1"))
    with pytest.raises(InvalidArgument, match=r"; and 3 more$"):
        check(CreateOrderRequest(request_id="1", items=[OrderLine(), OrderLine()]))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"items": []}, "items"),
        ({"items": [OrderLine(product_item_id="1", quantity=1)] * 101}, "items"),
        ({"request_id": "x" * 101}, "requestId"),
        ({"request_id": "a\0b"}, "requestId"),
        ({"incentive_codes": ["ok", "a\0b"]}, "incentiveCodes[1]"),
        ({"incentive_codes": ["x"] * 11}, "incentiveCodes"),
        ({"payment": PaymentDetails()}, "payment.method"),
        ({"payment": PaymentDetails(method=PaymentMethod(77))}, "payment.method"),
        ({"payment": PaymentDetails(method=PaymentMethod.CARD, token="x" * 201)}, "payment.token"),
    ],
)
def test_one_fault(changes: dict[str, object], field: str) -> None:
    assert list(faults(a_request(**changes))) == [field]


def test_an_optional_zero_is_there_and_nothing_is_not() -> None:
    check(a_request(loyalty_points=0))
    check(a_request(loyalty_points=None))


def test_rules_do_not_hold_for_what_is_not_there() -> None:
    check(ListOrdersRequest())
    check(UpdateUserRequest(user=User(id="me")))


def test_an_update_checks_what_is_set_or_named_of_its_resource() -> None:
    def faults_of(user: User, *paths: str) -> set[str]:
        return set(faults(UpdateUserRequest(user=user, update_mask=FieldMask(paths=list(paths)))))

    check(UpdateUserRequest(user=(ada := User(id="me", display_name="Ada"))))
    check(UpdateUserRequest(user=ada, update_mask=FieldMask(paths=["display_name", "no_such"])))
    assert faults_of(User(id="me", email="ada"), "display_name") == {"user.email", "user.displayName"}
    assert faults_of(User(id="x" * 37)) == {"user.id"}
    assert faults_of(User(display_name="Ada"), "*") == {"user.id", "user.email"}
    check(UpdateUserRequest(user=ada, update_mask=FieldMask(paths=["display_name"] * 1000)))
    # It is cleared, not read.
    assert faults_of(ada, *["email"] * 1001) == {"updateMask"}


def test_a_number_that_may_be_negative_must_not_be_0() -> None:
    adjustment = AdjustStockRequest(product_item_id="1", reason="found", request_id="1")

    assert faults(adjustment) == {"delta": "must not be 0"}


def lists() -> list[contract.Method]:
    """Those of the public contract: feeds between services have positions."""
    public = [method for method in contract.methods().values() if not contract.is_internal(method.service)]
    return [method for method in public if method.name.startswith("List")]


@pytest.mark.parametrize("method", lists(), ids=lambda method: method.name)
def test_every_list_has_pages_and_takes_a_larger_one_as_its_largest(method: contract.Method) -> None:
    request, response = contract.descriptor_of(method.request), contract.descriptor_of(method.response)
    assert "page_token" in request.fields_by_name
    assert "next_page_token" in response.fields_by_name
    rules = contract.rules_of(request.fields_by_name["page_size"])
    required = [field.name for field in request.fields if contract.is_required(field)]
    of_pages = partial(
        cast(Any, method.request), **{name: "2026-01-31" if name == "date" else "1" for name in required}
    )
    assert rules.max is not None

    for asked, taken in ((rules.max + 1, rules.max), (2**31 - 1, rules.max), (rules.max, rules.max), (1, 1), (0, 0)):
        message: Any = codec(method.request).parse(bytes(of_pages(page_size=asked)))
        assert cast(Any, validation.checked(method.request, message)).page_size == taken
    assert faults(of_pages(page_size=-1)) == {"pageSize": "must be at least 0"}


def repeated_fields(message: Descriptor, seen: set[str]) -> Iterator[FieldDescriptor]:
    """Those of a request and of the messages in it."""
    if message.full_name in seen or message.full_name.startswith("google."):
        return
    seen.add(message.full_name)
    for field in message.fields:
        is_map = field.message_type is not None and field.message_type.GetOptions().map_entry
        if field.is_repeated and not is_map:
            yield field
        if field.message_type is not None:
            yield from repeated_fields(field.message_type, seen)


def test_every_repeated_field_of_a_request_has_a_limit() -> None:
    seen: set[str] = set()
    requests = [contract.descriptor_of(method.request) for method in contract.methods().values()]
    fields = [field for request in requests for field in repeated_fields(request, seen)]

    assert len(fields) > 20
    assert [field.full_name for field in fields if not contract.rules_of(field).max_items] == []


def test_a_pattern_must_match_the_whole_text() -> None:
    check(GetDailyReportRequest(date="2026-01-31"))
    assert list(faults(GetDailyReportRequest(date="on 2026-01-31"))) == ["date"]
    assert list(faults(GetDailyReportRequest(date="2026-01-31\n"))) == ["date"]


def test_elements_of_a_repeated_enum_must_say_something() -> None:
    assert list(faults(SetUserRolesRequest(id="u", roles=[Role.USER, Role.UNSPECIFIED]))) == ["roles[1]"]


@pytest.mark.parametrize("name", contract.methods())
def test_the_rules_of_every_method_compile(name: str) -> None:
    request = contract.methods()[name].request

    with contextlib.suppress(InvalidArgument):
        check(request())


def test_a_text_that_is_too_long_meets_no_pattern() -> None:
    request = RegisterRequest(email="a@" + "." * 60_000 + "@", password="Analytical-1", display_name="Ada")
    began = time.process_time()

    assert faults(request) == {"email": "takes at most 254 characters"}

    assert time.process_time() - began < 0.05


def patterns() -> set[str]:
    fields = [field for kind in contract.message_types().values() for field in contract.descriptor_of(kind).fields]
    return {pattern for field in fields if (pattern := contract.rules_of(field).pattern)}


@pytest.mark.parametrize("pattern", sorted(patterns()))
@pytest.mark.parametrize("text", ["a@" + "." * 60_000 + "@", "a@" + "a." * 30_000 + "@", "1" * 60_000 + "!"])
def test_every_pattern_of_the_contract_takes_linear_time(pattern: str, text: str) -> None:
    began = time.process_time()

    assert re.fullmatch(pattern, text) is None

    assert time.process_time() - began < 0.05


@pytest.mark.parametrize("email", ["ada@example.com", "a.b+c@mail.example.co.uk", "ü@exämple.de"])
def test_an_address_is_accepted(email: str) -> None:
    check(RegisterRequest(email=email, password="Analytical-1", display_name="Ada"))


@pytest.mark.parametrize("email", ["ada", "ada@example", "@example.com", "a da@example.com", "a@b@example.com"])
def test_what_is_no_address_is_refused_in_words(email: str) -> None:
    request = RegisterRequest(email=email, password="Analytical-1", display_name="Ada")

    assert faults(request) == {"email": "must be an address such as ada@example.com"}


def test_every_pattern_is_described_in_words() -> None:
    fields = [field for kind in contract.message_types().values() for field in contract.descriptor_of(kind).fields]
    rules = [contract.rules_of(field) for field in fields]

    assert all(rule.pattern_description for rule in rules if rule.pattern)
