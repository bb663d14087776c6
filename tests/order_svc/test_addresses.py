"""Addresses are checked when they arrive, and shown as they came."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest
from easyorder.common.v1 import OrderLine, PaymentMethod
from easyorder.google.type import PostalAddress as PostalAddressMessage
from easyorder.order.v1 import CreateOrderRequest, PaymentDetails, PreviewOrderRequest

from chassis.errors import InvalidArgument
from order_svc.messages.addresses import address_faults, address_message, address_of
from order_svc.messages.orders import order_message
from tests.builders.order_ids import IDS
from tests.order_svc.order_reads import OrderReads, order_api
from tests.order_svc.test_place_order import a_placing

NO_QUERIES = cast(Any, None)
HOME = PostalAddressMessage(
    region_code="DE",
    language_code="de",
    postal_code="10117",
    sorting_code="1",
    administrative_area="Berlin",
    locality="Berlin",
    sublocality="Mitte",
    address_lines=["Unter den Linden 1", "Hof"],
    recipients=["Ada Lovelace"],
    organization="Analytical Engines",
)


async def test_the_addresses_of_an_order_are_stored_and_shown(reads: OrderReads) -> None:
    work = replace(HOME, region_code="GB")
    given: dict[str, Any] = {
        "shipping_address": address_of(HOME),
        "billing_address": address_of(work),
    }

    placed = await reads.app.send(replace(a_placing(), **given))
    await reads.project()

    assert (await reads.app.order(placed.id)).view() == placed
    message = order_message(await reads.get(placed.id), IDS)
    assert (message.shipping_address, message.billing_address) == (HOME, work)


def test_an_order_need_not_have_any() -> None:
    assert address_of(None) is None
    assert list(address_faults(None, "shippingAddress")) == []
    assert address_message(None) is None


@pytest.mark.parametrize("part", ["language_code", "postal_code", "sorting_code", "locality", "organization"])
def test_a_part_has_at_most_a_hundred_characters(part: str) -> None:
    assert faults(with_(part, "x" * 100)) == {}
    assert len(faults(with_(part, "x" * 101))) == 1


def test_every_part_at_fault_is_named() -> None:
    assert faults(replace(HOME, address_lines=["x" * 200] * 10, recipients=["x" * 200] * 5)) == {}
    assert faults(
        PostalAddressMessage(
            revision=1,
            region_code="Germany",
            administrative_area="x" * 101,
            sublocality="x" * 101,
            address_lines=["ok", "x" * 201],
            recipients=["ok"] * 6,
        )
    ) == {
        "shippingAddress.revision": "must be 0",
        "shippingAddress.regionCode": "must be two letters of ISO 3166-1, such as DE",
        "shippingAddress.administrativeArea": "takes at most 100 characters",
        "shippingAddress.sublocality": "takes at most 100 characters",
        "shippingAddress.addressLines[1]": "takes at most 200 characters",
        "shippingAddress.recipients": "takes at most 5",
    }


async def test_all_that_is_wrong_with_a_request_is_named_at_once() -> None:
    wrong = replace(HOME, region_code="Germany")
    request = CreateOrderRequest(
        request_id="r1",
        currency_code="USD",
        items=[OrderLine(product_item_id="1", quantity=1)],
        payment=PaymentDetails(method=PaymentMethod.CARD),
        shipping_address=wrong,
        billing_address=wrong,
    )

    with pytest.raises(InvalidArgument) as refusal:
        await order_api(NO_QUERIES).create_order(request)

    named = ["payment.token", "shippingAddress.regionCode", "billingAddress.regionCode"]
    assert [violation.field for violation in refusal.value.violations] == named


async def test_a_preview_needs_no_payment() -> None:
    wrong = replace(HOME, region_code="Germany")

    with pytest.raises(InvalidArgument) as refusal:
        await order_api(NO_QUERIES).preview_order(PreviewOrderRequest(shipping_address=wrong, billing_address=wrong))

    named = ["shippingAddress.regionCode", "billingAddress.regionCode"]
    assert [violation.field for violation in refusal.value.violations] == named


def with_(part: str, text: str) -> PostalAddressMessage:
    changed: dict[str, Any] = {part: text}
    return replace(HOME, **changed)


def faults(message: PostalAddressMessage) -> dict[str, str]:
    return {fault.field: fault.description for fault in address_faults(message, "shippingAddress")}
