"""Products, stock and reservations as messages of the contract, and back; no other module knows both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from easyorder.catalog.v1 import ItemOption as ItemOptionMessage
from easyorder.catalog.v1 import ListProductsResponse
from easyorder.catalog.v1 import Product as ProductMessage
from easyorder.catalog.v1 import ProductItem as ProductItemMessage
from easyorder.catalog.v1 import Variation as VariationMessage
from easyorder.catalog.v1 import VariationOption as VariationOptionMessage
from easyorder.google.type import Money as MoneyMessage
from easyorder.inventory.v1 import Amendment as AmendmentMessage
from easyorder.inventory.v1 import Reservation as ReservationMessage
from easyorder.inventory.v1 import ReservationLine, ReservationRequest, ReservedLine, ReturnedGoods
from easyorder.inventory.v1 import ReservationState as ReservationStateMessage
from easyorder.inventory.v1 import StockLevel as StockLevelMessage
from easyorder.order.v1 import ItemStock as ItemStockMessage
from easyorder.order.v1 import StockState as StockStateMessage

from chassis.errors import InvalidArgument
from chassis.money import Money
from chassis.wire import codec
from chassis.wire_types import money_message, money_of
from inventory_svc.commands.amend import Amend
from inventory_svc.commands.preview_amendment import PreviewAmendment
from inventory_svc.commands.reserve import Reserve
from inventory_svc.commands.restock import Restock
from inventory_svc.domain.keys import composed
from inventory_svc.domain.lines import Line
from inventory_svc.domain.product import ItemOption, Product, ProductItem, Variation, VariationOption
from inventory_svc.domain.reservation import Reservation
from inventory_svc.domain.returns import Returned
from inventory_svc.domain.stock import ItemStock, StockLevel
from inventory_svc.messages.incentives import discount_messages
from inventory_svc.messages.product_size import check_size


def product_message(product: Product) -> ProductMessage:
    """The whole product, with the price of each item."""
    return ProductMessage(
        id=product.id,
        name=product.name,
        description=product.description,
        base_price=money_message(product.base_price),
        variations=[_variation_message(variation) for variation in product.variations],
        product_items=[_item_message(item, price) for item, price in zip(product.items, product.prices(), strict=True)],
        etag=product.etag,
        create_time=product.created_on,
        update_time=product.modified_on,
    )


def serialised_products(products: Sequence[Product]) -> bytes:
    """The products of a ListProductsResponse, without its other fields."""
    messages = [product_message(product) for product in products]
    return codec(ListProductsResponse).encode(ListProductsResponse(products=messages))


def wanted_product(message: ProductMessage) -> Product:
    """The requested product; only its size and the form of amounts are checked. Output-only fields are ignored."""
    base_price = _money(message.base_price, "product.basePrice")
    product = Product(
        name=composed(message.name),
        description=composed(message.description),
        base_price=base_price,
        variations=tuple(
            Variation(
                id=variation.id,
                name=composed(variation.name),
                options=tuple(
                    VariationOption(
                        id=option.id,
                        value=composed(option.value),
                        price_modifier=_money(
                            option.price_modifier,
                            f"product.variations[{v}].options[{o}].priceModifier",
                            missing=Money.zero(base_price.currency),
                        ),
                    )
                    for o, option in enumerate(variation.options)
                ),
            )
            for v, variation in enumerate(message.variations)
        ),
        items=tuple(_wanted_item(item, f"product.productItems[{i}]") for i, item in enumerate(message.product_items)),
    )
    check_size(product)
    return product


def reserve_command(request: ReservationRequest) -> Reserve:
    return Reserve(
        order_id=request.order_id,
        request_key=request.request_key,
        user_id=request.user_id,
        currency=request.currency,
        lines=tuple(Line(line.product_item_id, line.quantity) for line in request.lines),
        incentive_codes=tuple(request.incentive_codes),
        loyalty_points=request.loyalty_points,
        re_reserve=request.re_reserve,
        keep_prices=request.keep_prices,
        no_backorder=request.no_backorder,
    )


def amend_command(request: AmendmentMessage) -> Amend | PreviewAmendment:
    if request.validate_only:
        return PreviewAmendment(
            order_id=request.order_id,
            revision=request.revision,
            supplementary_hold_id=request.supplementary_hold_id,
            lines=order_lines(request.lines),
        )
    return Amend(
        order_id=request.order_id,
        revision=request.revision,
        supplementary_hold_id=request.supplementary_hold_id,
        lines=tuple(Line(line.product_item_id, line.quantity) for line in request.lines),
        re_reserve=request.re_reserve,
        reopen=request.reopen,
    )


def restock_command(request: ReturnedGoods) -> Restock:
    refunded = None if request.refunded is None else money_of(request.refunded, "refunded")
    returned = Returned(lines=order_lines(request.lines), money=refunded.amount if refunded else Decimal(0))
    return Restock(order_id=request.order_id, returned=returned)


def reservation_message(reservation: Reservation) -> ReservationMessage:
    quote = reservation.quote
    stocks = {stock.product_item_id: item_stock_message(stock) for stock in reservation.stands}
    return ReservationMessage(
        order_id=reservation.order_id,
        state=ReservationStateMessage[reservation.state.name],
        lines=[
            ReservedLine(
                product_item_id=line.product_item_id,
                sku=line.sku,
                name=line.name,
                quantity=line.quantity,
                unit_price=money_message(line.unit_price),
                backordered=line.backordered,
                stock=stocks.get(line.product_item_id),
                discount=money_message(quote.line_discount(number, reservation.currency)) if quote.discounts else None,
            )
            for number, line in enumerate(reservation.lines)
        ],
        expire_time=reservation.expire_at,
        discounts=discount_messages(quote, reservation.currency),
        loyalty_points_spent=quote.points_spent,
        loyalty_points_earned=quote.points_earned,
    )


def item_stock_message(stock: ItemStock) -> ItemStockMessage:
    return ItemStockMessage(
        product_item_id=stock.product_item_id,
        sku=stock.sku,
        state=StockStateMessage[stock.state.name],
        available=stock.available,
    )


def stock_level_message(level: StockLevel) -> StockLevelMessage:
    return StockLevelMessage(
        product_item_id=level.product_item_id,
        sku=level.sku,
        on_hand=level.on_hand,
        reserved=level.reserved,
        available=level.available,
        sold=level.sold,
        backordered=level.backordered,
        warehouse_location=level.warehouse_location,
        etag=level.etag,
    )


def _wanted_item(message: ProductItemMessage, path: str) -> ProductItem:
    override = message.price_override
    return ProductItem(
        id=message.id,
        sku=composed(message.sku.strip()),
        price_override=None if override is None else _money(override, f"{path}.priceOverride"),
        options=tuple(
            ItemOption(variation=composed(chosen.variation), value=composed(chosen.value)) for chosen in message.options
        ),
        backorderable=message.backorderable,
        quantity_on_hand=message.quantity_on_hand,
        warehouse_location=message.warehouse_location,
    )


def _variation_message(variation: Variation) -> VariationMessage:
    return VariationMessage(
        id=variation.id,
        name=variation.name,
        options=[
            VariationOptionMessage(
                id=option.id, value=option.value, price_modifier=money_message(option.price_modifier)
            )
            for option in variation.options
        ],
    )


def _item_message(item: ProductItem, price: Money) -> ProductItemMessage:
    return ProductItemMessage(
        id=item.id,
        sku=item.sku,
        price_override=None if item.price_override is None else money_message(item.price_override),
        options=[ItemOptionMessage(variation=chosen.variation, value=chosen.value) for chosen in item.options],
        backorderable=item.backorderable,
        quantity_on_hand=item.quantity_on_hand,
        warehouse_location=item.warehouse_location,
        price=money_message(price),
    )


def _money(message: MoneyMessage | None, field: str, *, missing: Money | None = None) -> Money:
    """An amount of either sign; the product checks the sign. Raises InvalidArgument for an invalid Money message."""
    if message is None:
        if missing is None:
            raise InvalidArgument.of(field, "is required")
        return missing
    if abs(message.nanos) > 999_999_999 or message.units * message.nanos < 0:
        raise InvalidArgument.of(f"{field}.nanos", "must be less than one unit, and of the same sign as units")
    return Money.from_units(message.units, message.nanos, message.currency_code)


def order_lines(lines: Iterable[ReservationLine]) -> tuple[Line, ...]:
    return tuple(Line(line.product_item_id, line.quantity) for line in lines)
