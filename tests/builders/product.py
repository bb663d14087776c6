"""Products for tests: `a_product(an_item(quantity=3))` states only the relevant values."""

from __future__ import annotations

import itertools
from typing import Any

from chassis.money import Money
from inventory_svc.commands.update_product import UpdateProduct
from inventory_svc.domain.product import ItemOption, Product, ProductItem, Variation, VariationOption
from inventory_svc.messages.inventory import CHANGEABLE

_numbers = itertools.count(1)


def an_item(
    *,
    sku: str = "",
    quantity: int = 10,
    price: str | None = None,
    options: dict[str, str] | None = None,
    backorderable: bool = False,
    currency: str = "USD",
) -> ProductItem:
    return ProductItem(
        sku=sku or f"SKU-{next(_numbers)}",
        price_override=None if price is None else Money.of(price, currency),
        options=tuple(ItemOption(variation=name, value=value) for name, value in (options or {}).items()),
        backorderable=backorderable,
        quantity_on_hand=quantity,
        warehouse_location="A-1",
    )


def a_variation(name: str, **modifiers: str) -> Variation:
    """`a_variation("size", S="0", L="2.50")`: its options and what they add to the price."""
    return Variation(
        name=name,
        options=tuple(VariationOption(value=v, price_modifier=Money.of(m, "USD")) for v, m in modifiers.items()),
    )


def a_product(
    *items: ProductItem,
    name: str = "Shirt",
    price: str = "10.00",
    currency: str = "USD",
    variations: tuple[Variation, ...] = (),
) -> Product:
    return Product(
        name=name,
        description=f"{name}, of cotton",
        base_price=Money.of(price, currency),
        variations=variations,
        items=items or (an_item(),),
    )


def replacing(product: Product, **others: Any) -> UpdateProduct:
    """The update that sets all fields, as the mask `*` does."""
    return UpdateProduct(product_id=product.id, product=product, fields=frozenset(CHANGEABLE.values()), **others)
