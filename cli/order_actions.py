"""What happens to an order after it was placed: paid again, shipped, delivered, cancelled, refunded."""

from __future__ import annotations

from typing import Annotated

import typer
from easyorder_client import messages as m

from cli import profiles
from cli.catalogue import amount
from cli.errors import USAGE, Fault
from cli.options import DEFAULT_PROFILE, AsJson, ProfileName, Reason
from cli.orders import ORDER, Card, Cash, OrderId, payment_of, pieces_of
from cli.output import show_one


def pay(
    order_id: OrderId,
    card: Card = "",
    cash: Cash = False,
    profile: ProfileName = DEFAULT_PROFILE,
    as_json: AsJson = False,
) -> None:
    """Pay an order whose payment failed, with another card or in cash."""
    payment = payment_of(card, cash)
    with profiles.shop(profile) as shop:
        paid = shop.retry_payment(m.RetryPaymentRequest(id=order_id, payment=payment))
    show_one(paid, ORDER, as_json=as_json)


def ship(
    order_id: OrderId,
    carrier: Annotated[str, typer.Option("--carrier", help="Who has it, such as DHL.")],
    tracking: Annotated[str, typer.Option("--tracking", metavar="NUMBER", help="By which the carrier finds it.")],
    uri: Annotated[str, typer.Option("--uri", help="A page of the carrier, where the shopper can follow it.")] = "",
    profile: ProfileName = DEFAULT_PROFILE,
    as_json: AsJson = False,
) -> None:
    """Record that a carrier has an order; it can no longer be cancelled."""
    shipment = m.ShipmentDetails(carrier=carrier, tracking_number=tracking, tracking_uri=uri)
    with profiles.shop(profile) as shop:
        shipped = shop.ship_order(m.ShipOrderRequest(id=order_id, shipment=shipment))
    show_one(shipped, ORDER, as_json=as_json)


def deliver(order_id: OrderId, profile: ProfileName = DEFAULT_PROFILE, as_json: AsJson = False) -> None:
    """Record that a shipped order has arrived; one in cash is paid then."""
    with profiles.shop(profile) as shop:
        delivered = shop.deliver_order(m.DeliverOrderRequest(id=order_id))
    show_one(delivered, ORDER, as_json=as_json)


def cancel(
    order_id: OrderId,
    reason: Annotated[str, typer.Option("--reason", help="Shown with the order.")] = "",
    profile: ProfileName = DEFAULT_PROFILE,
    as_json: AsJson = False,
) -> None:
    """Cancel an order that has not shipped; what was charged is refunded."""
    with profiles.shop(profile) as shop:
        cancelled = shop.cancel_order(m.CancelOrderRequest(id=order_id, reason=reason))
    show_one(cancelled, ORDER, as_json=as_json)


def refund(
    order_id: OrderId,
    reason: Reason,
    part: Annotated[str, typer.Option("--amount", help="Such as 5.00; all that remains without it.")] = "",
    returned: Annotated[list[str] | None, typer.Option("--item", metavar="SKU=PIECES", help="What came back.")] = None,
    restock: Annotated[bool, typer.Option(help="Whether what came back is put into stock again.")] = True,
    profile: ProfileName = DEFAULT_PROFILE,
    as_json: AsJson = False,
) -> None:
    """Refund an order: all of it, an amount, or the price of pieces that came back."""
    with profiles.shop(profile) as shop:
        paid = shop.get_order(m.GetOrderRequest(id=order_id))
        items = {item.sku.casefold(): item.product_item_id for item in paid.items}
        lines = []
        for sku, pieces in pieces_of(returned or []):
            if sku.casefold() not in items:
                raise Fault(f"the order has no {sku}, but {', '.join(item.sku for item in paid.items)}", USAGE)
            lines.append(m.OrderLine(product_item_id=items[sku.casefold()], quantity=pieces))
        money = amount(part, paid.currency_code) if part else None
        request = m.RefundOrderRequest(id=order_id, amount=money, items=lines, reason=reason, restock=restock)
        show_one(shop.refund_order(request), ORDER, as_json=as_json)
