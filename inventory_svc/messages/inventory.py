"""Products and stock as messages of the contract, and back; no other module knows both."""

from __future__ import annotations

from collections.abc import Sequence

from easyorder.catalog.v1 import ListProductsResponse, UpdateProductRequest
from easyorder.catalog.v1 import Product as ProductMessage
from easyorder.catalog.v1 import ProductItem as ProductItemMessage
from easyorder.catalog.v1 import Variation as VariationMessage
from easyorder.catalog.v1 import VariationOption as VariationOptionMessage
from easyorder.common.v1 import ItemOption as ItemOptionMessage
from easyorder.common.v1 import StockState as StockStateMessage
from easyorder.inventory.v1 import ItemAvailability as ItemAvailabilityMessage
from easyorder.inventory.v1 import StockLevel as StockLevelMessage

from chassis.google_types import money_message, money_of
from chassis.idempotency import RequestKey
from chassis.money import Money
from chassis.update_mask import updated_fields
from chassis.wire import codec
from inventory_svc.commands.update_product import UpdateProduct
from inventory_svc.domain.keys import composed
from inventory_svc.domain.product import ItemOption, Product, ProductItem, Variation, VariationOption
from inventory_svc.domain.stock import ItemAvailability, StockLevel

# The fields of a Product that an update can change, and the attributes that hold them.
CHANGEABLE = {
    "name": "name",
    "description": "description",
    "base_price": "base_price",
    "variations": "variations",
    "product_items": "items",
    "metadata": "metadata",
}


# Of all stock in this version.
ONLY_LOCATION = "main"


def product_message(product: Product) -> ProductMessage:
    """The whole product, with the price of each item."""
    return ProductMessage(
        id=str(product.id),
        name=product.name,
        description=product.description,
        base_price=money_message(product.base_price),
        variations=[_variation_message(variation) for variation in product.variations],
        product_items=[_item_message(item, price) for item, price in zip(product.items, product.prices(), strict=True)],
        etag=product.etag,
        create_time=product.created_on,
        update_time=product.modified_on,
        delete_time=product.deleted_on,
        currency_code=product.base_price.currency,
        metadata=dict(product.metadata),
    )


def serialised_products(products: Sequence[Product]) -> bytes:
    """The products of a ListProductsResponse, without its other fields."""
    messages = [product_message(product) for product in products]
    return codec(ListProductsResponse).encode(ListProductsResponse(products=messages))


def wanted_product(message: ProductMessage) -> Product:
    """The requested product. Output-only fields are ignored.

    A price that is missing is zero in no currency.
    """
    return Product(
        name=composed(message.name),
        description=composed(message.description),
        base_price=money_of(message.base_price),
        variations=tuple(
            Variation(
                id=int(variation.id or 0),
                name=composed(variation.name),
                options=tuple(
                    VariationOption(
                        id=int(option.id or 0),
                        value=composed(option.value),
                        price_modifier=money_of(option.price_modifier),
                    )
                    for option in variation.options
                ),
            )
            for variation in message.variations
        ),
        items=tuple(_wanted_item(item) for item in message.product_items),
        metadata=message.metadata,
    )


def update_product_command(request: UpdateProductRequest, key: RequestKey | None) -> UpdateProduct:
    """Raises InvalidArgument for a field that cannot be changed."""
    wanted = request.product
    assert wanted is not None  # the contract requires its id
    fields = updated_fields(wanted, request.update_mask, list(CHANGEABLE))
    return UpdateProduct(
        request=key,
        product_id=int(wanted.id),
        product=wanted_product(wanted),
        fields=frozenset(CHANGEABLE[name] for name in fields),
        etag=wanted.etag,
        allow_missing=request.allow_missing,
    )


def availability_message(stock: ItemAvailability) -> ItemAvailabilityMessage:
    return ItemAvailabilityMessage(
        product_item_id=str(stock.product_item_id),
        sku=stock.sku,
        state=StockStateMessage[stock.state.name],
        available=shown(stock.available),
    )


def stock_level_message(level: StockLevel) -> StockLevelMessage:
    return StockLevelMessage(
        product_item_id=str(level.product_item_id),
        sku=level.sku,
        quantity_on_hand=shown(level.on_hand),
        reserved=shown(level.reserved),
        available=shown(level.available),
        sold=shown(level.sold),
        backordered=shown(level.backordered),
        warehouse_location=level.warehouse_location,
        etag=level.etag,
        location_id=ONLY_LOCATION,
        update_time=level.modified_on,
    )


def shown(pieces: int) -> int:
    """In the message an int32: what is sold in all has no limit."""
    return min(pieces, 2**31 - 1)


def _wanted_item(message: ProductItemMessage) -> ProductItem:
    override = message.price_override
    return ProductItem(
        id=int(message.id or 0),
        sku=composed(message.sku.strip()),
        price_override=None if override is None else money_of(override),
        options=tuple(
            ItemOption(variation=composed(chosen.variation), value=composed(chosen.value)) for chosen in message.options
        ),
        backorderable=message.backorderable,
        quantity_on_hand=message.quantity_on_hand or 0,
        warehouse_location=message.warehouse_location or "",
    )


def _variation_message(variation: Variation) -> VariationMessage:
    return VariationMessage(
        id=str(variation.id),
        name=variation.name,
        options=[
            VariationOptionMessage(
                id=str(option.id), value=option.value, price_modifier=money_message(option.price_modifier)
            )
            for option in variation.options
        ],
    )


def _item_message(item: ProductItem, price: Money) -> ProductItemMessage:
    """What anybody may know of an item: its stock and location are input only."""
    return ProductItemMessage(
        id=str(item.id),
        sku=item.sku,
        price_override=None if item.price_override is None else money_message(item.price_override),
        options=[ItemOptionMessage(variation=chosen.variation, value=chosen.value) for chosen in item.options],
        backorderable=item.backorderable,
        price=money_message(price),
    )
