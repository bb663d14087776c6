"""Surrounding blanks of texts in messages are not stored."""

from __future__ import annotations

from easyorder.catalog.v1 import Product, ProductItem
from easyorder.google.type import Money
from easyorder.incentive.v1 import Incentive, IncentiveKind

from inventory_svc.messages.incentives import incentive_of_message
from inventory_svc.messages.inventory import wanted_product


def test_a_sku_is_trimmed_and_keeps_its_case() -> None:
    message = Product(name="Shirt", base_price=Money(currency_code="USD"), product_items=[ProductItem(sku=" Blue S\t")])

    assert [item.sku for item in wanted_product(message).items] == ["Blue S"]


def test_a_code_is_trimmed_and_keeps_its_case() -> None:
    message = Incentive(code="\u00a0Ten ", kind=IncentiveKind.PERCENT, value="10")

    assert incentive_of_message(message).code == "Ten"
