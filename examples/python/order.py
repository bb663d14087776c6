"""Orders two lamps with easyorder-client: the first one is paid and partly refunded, the second one is cancelled."""

import os
from uuid import uuid4

from easyorder_client import Client, reasons, to_decimal, to_money
from easyorder_client.messages import (
    CancelOrderRequest,
    CreateOrderRequest,
    CreateProductRequest,
    Order,
    OrderLine,
    OrderStatus,
    PaymentDetails,
    PaymentMethod,
    Product,
    ProductItem,
    RefundOrderRequest,
    RegisterRequest,
    WatchOrderRequest,
)

SHOP = os.environ.get("SHOP_URL", "http://127.0.0.1:8080")


def add_lamp(admin: Client) -> ProductItem:
    item = ProductItem(sku=f"LAMP-{uuid4()}", quantity_on_hand=10)
    lamp = Product(name="Desk lamp", base_price=to_money("39.95", "EUR"), product_items=[item])
    [made] = admin.create_product(CreateProductRequest(product=lamp)).product_items
    return made


def order(shop: Client, item: ProductItem, quantity: int) -> Order:
    lines = [OrderLine(product_item_id=item.id, quantity=quantity)]
    payment = PaymentDetails(method=PaymentMethod.CARD, token="tok_ok")
    return shop.create_order(CreateOrderRequest(currency_code="EUR", items=lines, payment=payment))


def until_paid(shop: Client, placed: Order) -> None:
    """Prints each status of an order until it is paid. The stream goes on after breaks by itself."""
    for event in shop.watch_order(WatchOrderRequest(id=placed.id)):
        change = event.order_snapshot or event.order_status_changed
        if change is None or change.order is None:
            continue
        print(f"order {placed.id} is {change.order.status.name}")
        if change.order.status is OrderStatus.PAID:
            return
        if change.order.status is OrderStatus.FAILED:
            raise RuntimeError("the payment was refused")


def main() -> None:
    email, password = f"ada-{uuid4()}@example.com", "Analytical-1"
    with Client(SHOP) as admin, Client(SHOP) as shop:
        admin.login("admin@example.com", "Admin123!")
        lamp = add_lamp(admin)

        shop.register(RegisterRequest(email=email, password=password, display_name="Ada"))
        shop.login(email, password)
        placed = order(shop, lamp, 1)
        until_paid(shop, placed)

        try:
            order(shop, lamp, 11)
        except reasons.OutOfStock as error:
            print(f"11 lamps: {error.reason}, {error.metadata['available']} are left")

        unwanted = order(shop, lamp, 1)
        cancelled = shop.cancel_order(CancelOrderRequest(id=unwanted.id, reason="One is enough"))
        print(f"order {cancelled.id} is {cancelled.status.name}")

        part = RefundOrderRequest(id=placed.id, amount=to_money("5.00", "EUR"), reason="A scratch")
        refund = admin.refund_order(part).refunds[-1]
        print(f"order {placed.id} gets {to_decimal(refund.amount)} EUR back")


if __name__ == "__main__":
    main()
