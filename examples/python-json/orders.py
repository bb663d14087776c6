"""Orders two lamps with the client that openapi-python-client generates: one is paid and refunded, one is cancelled."""

import json
import os
from decimal import Decimal
from typing import TypeVar
from uuid import uuid4

from money import to_decimal, to_money
from shop_client import AuthenticatedClient, Client
from shop_client.api.identity_service import login, register
from shop_client.api.order_service import cancel_order, create_order, refund_order
from shop_client.api.product_service import create_product, list_products
from shop_client.models import (
    CancelOrderRequest,
    CreateOrderRequest,
    Error,
    ErrorInfo,
    LoginRequest,
    OrderEvent,
    OrderLine,
    OrderStatus,
    PaymentDetails,
    PaymentMethod,
    ProductInput,
    ProductItemInput,
    RefundOrderRequest,
    RegisterRequest,
)

SHOP = os.environ.get("SHOP_URL", "http://127.0.0.1:8080")
T = TypeVar("T")


def content(reply: T | Error | None) -> T:
    """The content of a reply; what the shop says went wrong is raised."""
    if reply is None or isinstance(reply, Error):
        raise RuntimeError(reply.message if reply else "the shop did not answer")
    return reply


def log_in(email: str, password: str) -> AuthenticatedClient:
    tokens = content(login.sync(client=Client(SHOP), body=LoginRequest(email=email, password=password)))
    return AuthenticatedClient(SHOP, token=tokens.access_token)


def order_of(product_item_id: str, quantity: int) -> CreateOrderRequest:
    """A request with an id of its own: whoever repeats a call sends the same request again."""
    return CreateOrderRequest(
        request_id=str(uuid4()),
        currency_code="EUR",
        items=[OrderLine(product_item_id=product_item_id, quantity=quantity)],
        payment=PaymentDetails(method=PaymentMethod.PAYMENT_METHOD_CARD, token="tok_ok"),
    )


def until_paid(shopper: AuthenticatedClient, order_id: str) -> None:
    """Prints each status of an order until it is paid."""
    # The generated watch_order returns when the stream ends, so that its lines are read here as they come.
    url = f"/api/v1/orders/{order_id}:watch"
    with shopper.get_httpx_client().stream("GET", url, timeout=60) as stream:
        for line in stream.raise_for_status().iter_lines():
            if not line.startswith("data:"):
                continue
            event = OrderEvent.from_dict(json.loads(line.removeprefix("data:")))
            if event.error:
                raise RuntimeError(event.error.message)
            if event.order_snapshot:
                status = event.order_snapshot.order.status
            elif event.order_status_changed:
                status = event.order_status_changed.to_status
            else:
                continue
            print(f"order {order_id} is {status}")
            if status is OrderStatus.ORDER_STATUS_PAID:
                return
            if status is OrderStatus.ORDER_STATUS_FAILED:
                raise RuntimeError("the payment was refused")


def main() -> None:
    email, password = f"ada-{uuid4()}@example.com", "Analytical-1"
    ada = RegisterRequest(email=email, password=password, display_name="Ada")
    content(register.sync(client=Client(SHOP), body=ada))
    shopper = log_in(email, password)
    administrator = log_in("admin@example.com", "Admin123!")

    sku = f"LAMP-{uuid4()}"
    product = ProductInput(
        name="Desk lamp",
        base_price=to_money(Decimal("39.95"), "EUR"),
        product_items=[ProductItemInput(sku=sku, quantity_on_hand=10)],
    )
    content(create_product.sync(client=administrator, body=product))

    # Who has changed something finds it in lists at once, everybody else a moment later.
    [listed] = content(list_products.sync(client=administrator, query=sku)).products
    [lamp] = listed.product_items
    print(f"{listed.name}: {to_decimal(lamp.price)} {lamp.price.currency_code}")

    placed = content(create_order.sync(client=shopper, body=order_of(lamp.id, 1)))
    until_paid(shopper, placed.id)

    refused = create_order.sync(client=shopper, body=order_of(lamp.id, 11))
    if isinstance(refused, Error):
        print("11 lamps:", *[detail.reason for detail in refused.details if isinstance(detail, ErrorInfo)])

    unwanted = content(create_order.sync(client=shopper, body=order_of(lamp.id, 1)))
    reason = CancelOrderRequest(reason="One is enough")
    cancelled = content(cancel_order.sync(unwanted.id, client=shopper, body=reason))
    print(f"order {cancelled.id} is {cancelled.status}")

    part = RefundOrderRequest(amount=to_money(Decimal("5.00"), "EUR"), reason="A scratch", request_id=str(uuid4()))
    refund = content(refund_order.sync(placed.id, client=administrator, body=part)).refunds[-1]
    print(f"order {placed.id} gets {to_decimal(refund.amount):.2f} {refund.amount.currency_code} back")


if __name__ == "__main__":
    main()
