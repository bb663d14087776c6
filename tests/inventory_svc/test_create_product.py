"""CreateProduct: a consistent product with a price for every item, or nothing and the names of the invalid fields."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from chassis.errors import InvalidArgument, RequestIdReused
from chassis.money import Money
from inventory_svc.commands.create_product import CreateProduct
from inventory_svc.domain.errors import SkuTaken
from tests.builders.product import a_product, a_variation, an_item
from tests.fakes.chassis import request_key
from tests.inventory_svc.shop import InMemoryShop, Pieces, Shop, SqlShop

SIZES = a_variation("size", S="-1.50", L="2.50")

FAULTS = {
    "unknown variation": (
        a_product(an_item(options={"length": "S"}), variations=(SIZES,)),
        ["product.productItems[0].options[0].variation"],
    ),
    "unknown value": (
        a_product(an_item(), an_item(options={"size": "XL"}), variations=(SIZES,)),
        ["product.productItems[1].options[0].value"],
    ),
    "two variations of one name": (a_product(variations=(SIZES, SIZES)), ["product.variations[1].name"]),
    "a SKU twice but for case and blanks": (
        a_product(an_item(sku="ab"), an_item(sku=" AB ")),
        ["product.productItems[1].sku"],
    ),
    "a SKU with a blank of no width": (a_product(an_item(sku="\u200bA")), ["product.productItems[0].sku"]),
    "a SKU with a soft hyphen": (a_product(an_item(sku="A\u00adB")), ["product.productItems[0].sku"]),
    "a SKU twice": (a_product(an_item(sku="A"), an_item(sku="A")), ["product.productItems[1].sku"]),
    "a base price below zero": (a_product(price="-1"), ["product.basePrice"]),
    "a price of its own below zero": (a_product(an_item(price="-1")), ["product.productItems[0].priceOverride"]),
    "modifiers that make it cost less than nothing": (
        a_product(an_item(options={"size": "S"}), price="1.00", variations=(SIZES,)),
        ["product.productItems[0].options"],
    ),
    "options with names that are too long together": (
        a_product(
            an_item(options={f"{n}" * 63: "v" * 63 for n in (1, 2)}),
            variations=tuple(a_variation(f"{n}" * 63, **{"v" * 63: "0"}) for n in (1, 2)),
        ),
        ["product.productItems[0].options"],
    ),
    "two currencies": (
        a_product(an_item(price="1", currency="EUR")),
        ["product.productItems[0].priceOverride.currencyCode"],
    ),
    "a price beyond all reason": (a_product(price="1000000000.01"), ["product.basePrice"]),
    "everything at once": (
        a_product(an_item(sku="A", price="-1"), an_item(sku="A", options={"x": "y"}), price="-1"),
        [
            "product.basePrice",
            "product.productItems[0].priceOverride",
            "product.productItems[1].options[0].variation",
            "product.productItems[1].sku",
        ],
    ),
}


class CreateProductContract:
    async def test_a_product_with_prices_and_first_stock(self, shop: Shop) -> None:
        wanted = a_product(
            an_item(sku="S-RED", quantity=3, options={"size": "S", "colour": "red"}),
            an_item(sku="L", quantity=0, options={"size": "L"}),
            an_item(sku="SPECIAL", price="99.99", options={"size": "L"}),
            price="10.00",
            variations=(SIZES, a_variation("colour", red="0.25")),
        )

        product = await shop.given(wanted)

        assert product.prices() == tuple(Money.of(price, "USD") for price in ("8.75", "12.50", "99.99"))
        assert product.version == 1
        assert product.created_on is not None
        ids = [product.id, *(item.id for item in product.items), *(v.id for v in product.variations)]
        assert all(ids)
        assert [await shop.of(item) for item in product.items] == [Pieces(3), Pieces(0), Pieces(10)]
        reservation = await shop.send(shop.order(*((item, 1) for item in product.items if item.quantity_on_hand)))
        assert [str(line.unit_price) for line in reservation.lines] == ["8.75 USD", "99.99 USD"]

    @pytest.mark.parametrize("fault", FAULTS)
    async def test_every_field_at_fault_is_named_and_nothing_is_stored(self, shop: Shop, fault: Any) -> None:
        product, fields = FAULTS[fault]

        with pytest.raises(InvalidArgument) as refusal:
            await shop.given(product)

        assert sorted(violation.field for violation in refusal.value.violations) == fields
        assert await shop.product_count() == 0

    async def test_a_sku_that_is_in_use_is_named(self, shop: Shop) -> None:
        owner = await shop.given(a_product(an_item(sku="TAKEN"), an_item(sku="ALSO")))

        with pytest.raises(SkuTaken) as refusal:
            await shop.given(a_product(an_item(sku="FREE"), an_item(sku="TAKEN"), an_item(sku="ALSO")))

        assert refusal.value.metadata == {"sku": "TAKEN", "productId": str(owner.id)}
        fields = [violation.field for violation in refusal.value.violations]
        assert fields == ["product.productItems[1].sku", "product.productItems[2].sku"]
        assert await shop.product_count() == 1

    @pytest.mark.parametrize("written", ["taken", "Taken", " TAKEN\t"])
    async def test_a_sku_that_differs_in_case_or_blanks_is_the_same(self, shop: Shop, written: str) -> None:
        await shop.given(a_product(an_item(sku="TAKEN")))

        with pytest.raises(SkuTaken) as refusal:
            await shop.given(a_product(an_item(sku=written)))

        assert refusal.value.metadata["sku"] == written
        assert await shop.product_count() == 1

    async def test_one_sku_for_two_products_at_once(self, shop: Shop) -> None:
        written = ["ONE", "one", "One"]
        results = await asyncio.gather(
            *(
                shop.send(CreateProduct(product=a_product(an_item(sku=written[n % 3]))), replica=n % 2)
                for n in range(6)
            ),
            return_exceptions=True,
        )

        assert sorted(type(result).__name__ for result in results) == ["Product", *["SkuTaken"] * 5]
        assert await shop.product_count() == 1

    async def test_a_request_is_carried_out_once(self, shop: Shop) -> None:
        command = CreateProduct(request=request_key("r"), product=a_product(variations=(SIZES,)))

        first, second = await shop.send(command), await shop.send(command)
        with pytest.raises(RequestIdReused):
            await shop.send(CreateProduct(request=request_key("r", body="other"), product=a_product()))

        assert first == second
        assert await shop.product_count() == 1


class TestInMemory(CreateProductContract):
    @pytest.fixture
    def shop(self, in_memory_shop: InMemoryShop) -> InMemoryShop:
        return in_memory_shop


class TestOnPostgres(CreateProductContract):
    @pytest.fixture
    def shop(self, sql_shop: SqlShop) -> SqlShop:
        return sql_shop
