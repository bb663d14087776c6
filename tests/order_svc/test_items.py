"""Lines of an order are those of its hold, and keep their price until they change."""

from __future__ import annotations

from dataclasses import replace

from chassis.money import Money
from order_svc.domain.inventory import HeldItem
from order_svc.domain.items import amended, ordered


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


HELD = HeldItem(
    product_item_id=7,
    sku="SHIRT-RED",
    name="Shirt",
    quantity=2,
    unit_price=usd("10.00"),
    discount=usd("3.00"),
    product_id=5,
    options=(("Color", "Red"),),
)


def test_a_line_is_what_was_held() -> None:
    item = ordered(HELD, 1)

    assert (item.id, item.product_item_id, item.sku, item.name, item.quantity) == (1, 7, "SHIRT-RED", "Shirt", 2)
    assert (item.unit_price, item.discount, item.returned_price) == (usd("10.00"), usd("3.00"), usd("0.00"))
    assert (item.product_id, item.options) == (5, (("Color", "Red"),))


def test_a_line_that_grows_has_the_price_of_today_and_its_discount_is_shared_out_later() -> None:
    before = ordered(HELD, 1)
    today = replace(HELD, quantity=1, unit_price=usd("12.00"))

    (item,) = amended([before], [(7, 3)], [today], [])

    assert (item.id, item.quantity, item.unit_price, item.discount) == (1, 3, usd("12.00"), usd("0.00"))


def test_a_line_that_shrinks_keeps_its_price_and_a_new_one_gets_an_id() -> None:
    before = ordered(HELD, 1)
    other = replace(HELD, product_item_id=8, sku="SHIRT-BLUE")

    kept, new = amended([before], [(7, 1), (8, 2)], [other], [99])

    assert kept == replace(before, quantity=1)
    assert (new.id, new.product_item_id, new.quantity) == (99, 8, 2)
