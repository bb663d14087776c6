"""Half cents are rounded to the even cent, or up if the shop is set to it: the examples of docs/orders.md."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP

import pytest

from chassis.money import Money
from inventory_svc.bootstrap import build
from inventory_svc.config import InventorySettings
from inventory_svc.domain.lines import HeldLine
from inventory_svc.domain.pricing import LoyaltyRates, price
from order_svc.bootstrap import order_service
from order_svc.config import OrderSettings
from tests.builders.incentive import percent
from tests.builders.order import an_item
from tests.mesh import service_keys


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Money, "rounding", ROUND_HALF_EVEN)


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


@pytest.mark.parametrize(
    ("unit_price", "per_cent", "rounding", "off"),
    [
        ("0.50", "5", ROUND_HALF_EVEN, "0.02"),
        ("0.50", "5", ROUND_HALF_UP, "0.03"),
        ("0.10", "15", ROUND_HALF_EVEN, "0.02"),
        ("0.10", "15", ROUND_HALF_UP, "0.02"),
        ("19.99", "12.5", ROUND_HALF_UP, "2.50"),
    ],
)
def test_half_a_cent_of_a_discount(unit_price: str, per_cent: str, rounding: str, off: str) -> None:
    Money.rounding = rounding

    quote = price([HeldLine(1, "A", "Shirt", 1, usd(unit_price))], [percent(per_cent)], 0, "USD", LoyaltyRates())

    assert quote.line_discount(0, "USD") == usd(off)


@pytest.mark.parametrize(("rounding", "first"), [(ROUND_HALF_EVEN, "0.02"), (ROUND_HALF_UP, "0.03")])
def test_half_a_cent_of_the_price_of_a_returned_piece(rounding: str, first: str) -> None:
    Money.rounding = rounding
    line = an_item(quantity=2, unit_price="0.05", discount="0.05")

    assert (line.price_of(1), line.price_of(2)) == (usd(first), usd("0.05"))


async def no_database(_: object) -> bytes:
    return bytes(16)


@pytest.mark.parametrize(("setting", "rounding"), [("half_even", ROUND_HALF_EVEN), ("half_up", ROUND_HALF_UP)])
async def test_both_services_round_as_the_shop_is_set(
    monkeypatch: pytest.MonkeyPatch, setting: str, rounding: str
) -> None:
    monkeypatch.setattr("order_svc.bootstrap.shop_key", no_database)
    given = {
        "rounding": setting,
        "mesh_secret": "s" * 32,
        "service_keys_dir": service_keys(),
        "jwks_file": None,
        "listen_address": "127.0.0.1:0",
    }

    build(InventorySettings.model_validate(given))
    assert Money.rounding == rounding

    Money.rounding = "none"
    async with order_service(OrderSettings.model_validate(given)):
        assert Money.rounding == rounding
