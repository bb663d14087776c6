"""Orders: placed, listed, followed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import islice
from typing import Annotated

import betterproto2
import typer
from easyorder_client import Client
from easyorder_client import messages as m
from easyorder_client.messages.google.protobuf import FieldMask

from cli import profiles
from cli.catalogue import item_of
from cli.errors import FAILED, USAGE, Fault
from cli.metadata import Pairs, metadata_of, pairs_of
from cli.options import DEFAULT_PROFILE, AsJson, Limit, ProfileName, Quiet, Zone
from cli.output import Columns, clean, console, plain, print_json, say, show, show_one, text

orders = typer.Typer(invoke_without_command=True, help="List orders, or show one.")
OrderId = Annotated[str, typer.Argument(help="The id of the order.")]
Lines = Annotated[list[str], typer.Argument(metavar="SKU=PIECES…", help="What to order, such as LAMP-1=2.")]
Card = Annotated[str, typer.Option("--card", help="The payment provider's token of a card.")]
Cash = Annotated[bool, typer.Option("--cash", help="Paid on delivery.")]
Status = Annotated[str, typer.Option("--status", help="Only orders with this status, such as PAID.")]
# The checkout is over; later changes are up to people.
SETTLED = (m.OrderStatus.PAID, m.OrderStatus.FAILED, m.OrderStatus.CANCELLED, m.OrderStatus.DELIVERED)

ORDERS: Columns[m.Order] = {
    "id": lambda order: order.id,
    "status": lambda order: order.status,
    "total": lambda order: order.total_amount,
    "items": lambda order: ", ".join(f"{item.sku}={item.quantity}" for item in order.items),
    "placed": lambda order: order.placed_at,
}
ORDER: Columns[m.Order] = {
    **ORDERS,
    "codes": lambda order: ", ".join(f"{off.code or 'points'} -{text(off.amount)}" for off in order.discounts),
    "payments": lambda order: ", ".join(f"{paid.method} {paid.status}" for paid in order.payments),
    "refunds": lambda order: ", ".join(f"{text(refund.amount)} {refund.state}" for refund in order.refunds),
    "shipments": lambda order: ", ".join(f"{parcel.carrier} {parcel.tracking_number}" for parcel in order.shipments),
    "note": lambda order: order.note,
    "metadata": lambda order: pairs_of(order.metadata),
    "cancelled": lambda order: order.cancel_message or order.cancelled_at,
}


@orders.callback()
def list_orders(
    context: typer.Context,
    everybody: Annotated[bool, typer.Option("--all", help="Everybody's orders, for administrators.")] = False,
    status: Status = "",
    wanted: Annotated[str, typer.Option("--filter", help='AIP-160: placed_at >= "2026-01-01T00:00:00Z"')] = "",
    time_zone: Zone = "",
    limit: Limit = 20,
    profile: ProfileName = DEFAULT_PROFILE,
    as_json: AsJson = False,
) -> None:
    """List your orders, newest first."""
    if context.invoked_subcommand:
        return
    filters = [f"status = {_status(status).proto_name}"] if status else []
    terms = " AND ".join([*filters, *([wanted] if wanted else [])])
    size = min(limit, 50)
    with profiles.shop(profile) as shop:
        found = (
            shop.list_all_orders(m.ListAllOrdersRequest(filter=terms, page_size=size, time_zone=time_zone))
            if everybody
            else shop.list_orders(m.ListOrdersRequest(filter=terms, page_size=size, time_zone=time_zone))
        )
        show(islice(found, limit), ORDERS, as_json=as_json, empty="No order. Place one: easyorder order SKU=PIECES")


@orders.command("show")
def show_order(order_id: OrderId, profile: ProfileName = DEFAULT_PROFILE, as_json: AsJson = False) -> None:
    """Show one order."""
    with profiles.shop(profile) as shop:
        show_one(shop.get_order(m.GetOrderRequest(id=order_id)), ORDER, as_json=as_json)


@orders.command("metadata")
def set_metadata(
    order_id: OrderId,
    pairs: Pairs = None,
    profile: ProfileName = DEFAULT_PROFILE,
    as_json: AsJson = False,
) -> None:
    """Replace the metadata of an order; without any, it is removed."""
    wanted = m.OrderMetadata(id=order_id, metadata=metadata_of(pairs))
    request = m.UpdateOrderMetadataRequest(order_metadata=wanted, update_mask=FieldMask(paths=["metadata"]))
    with profiles.shop(profile) as shop:
        changed = shop.update_order_metadata(request)
    show_one(changed, {"id": lambda of: of.id, "metadata": lambda of: pairs_of(of.metadata)}, as_json=as_json)


def order(
    lines: Lines,
    card: Card = "",
    cash: Cash = False,
    codes: Annotated[list[str] | None, typer.Option("--code", help="Of an incentive; may be repeated.")] = None,
    points: Annotated[int, typer.Option("--points", min=0, help="Loyalty points to spend.")] = 0,
    note: Annotated[str, typer.Option("--note", help="For those who handle the order.")] = "",
    metadata: Annotated[list[str] | None, typer.Option("--metadata", metavar="KEY=VALUE", help="Repeatable.")] = None,
    follow: Annotated[bool, typer.Option("--watch", help="Follow it until it is paid, or is not going to be.")] = False,
    profile: ProfileName = DEFAULT_PROFILE,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Place an order."""
    payment = payment_of(card, cash)
    with profiles.shop(profile, patient=follow) as shop:
        sold = [(item_of(shop, sku), pieces) for sku, pieces in pieces_of(lines)]
        placed = shop.create_order(
            m.CreateOrderRequest(
                currency_code=sold[0][0].item.price.currency_code if sold[0][0].item.price else "",
                items=[m.OrderLine(product_item_id=one.item.id, quantity=pieces) for one, pieces in sold],
                payment=payment,
                incentive_codes=list(codes or ()),
                loyalty_points=points or None,
                note=note,
                metadata=metadata_of(metadata),
            )
        )
        if quiet:
            print(placed.id)
        elif not as_json or not follow:
            show([placed], ORDERS, as_json=as_json, empty="")
        if follow:
            _follow(shop, m.WatchOrderRequest(id=placed.id, after_sequence=0), as_json=as_json, until=SETTLED)


def watch(
    order_id: Annotated[str, typer.Argument(help="Of one order; all of yours without it.")] = "",
    everybody: Annotated[bool, typer.Option("--all", help="Everybody's orders, for administrators.")] = False,
    until: Annotated[str, typer.Option("--until", help="End with the first order that has this status.")] = "",
    resume: Annotated[str, typer.Option("--resume", help="The resumeToken of an event: begin after it.")] = "",
    profile: ProfileName = DEFAULT_PROFILE,
    as_json: AsJson = False,
) -> None:
    """Show what happens to orders, as it happens; goes on after restarts of the shop. Ctrl-C ends it."""
    request: m.WatchOrderRequest | m.WatchOrdersRequest | m.WatchAllOrdersRequest
    if order_id:
        request = m.WatchOrderRequest(id=order_id, resume_token=resume)
    elif everybody:
        request = m.WatchAllOrdersRequest(resume_token=resume)
    else:
        request = m.WatchOrdersRequest(resume_token=resume)
    with profiles.shop(profile, patient=True) as shop:
        _follow(shop, request, as_json=as_json, until=[_status(until)] if until else [])


def _follow(
    shop: Client,
    request: m.WatchOrderRequest | m.WatchOrdersRequest | m.WatchAllOrdersRequest,
    *,
    as_json: bool,
    until: Sequence[m.OrderStatus],
) -> None:
    match request:
        case m.WatchOrderRequest():
            events = shop.watch_order(request)
        case m.WatchOrdersRequest():
            events = shop.watch_orders(request)
        case _:
            events = shop.watch_all_orders(request)
    for event in events:
        if as_json:
            print_json(plain(event))
        else:
            console().print(f"{text(event.event_time)} {event.order_id} {clean(_happened(event))}", soft_wrap=True)
        # Whoever reads a pipe is not to wait for the next events.
        sys.stdout.flush()
        changed = event.order_status_changed or event.order_snapshot
        status = changed.order.status if changed and changed.order else None
        if status in until:
            if status is m.OrderStatus.FAILED and m.OrderStatus.PAID in until:
                raise Fault(
                    f"the payment failed. Pay with another card: easyorder pay {event.order_id} --card TOKEN", FAILED
                )
            return
    if until:
        say("No more happens to the order")


def _happened(event: m.OrderEvent) -> str:
    """What an event says, in a few words."""
    match betterproto2.which_one_of(event, "content"):
        case ("order_status_changed", m.OrderStatusChanged() as change):
            return f"{change.from_status} → {change.to_status}"
        case ("order_snapshot" | "order_created" as kind, (m.OrderSnapshot() | m.OrderCreated()) as shown):
            order = shown.order or m.Order()
            return f"{'is' if kind == 'order_snapshot' else 'placed,'} {order.status} {text(order.total_amount)}"
        case ("payment_attempt", m.PaymentAttempt() as attempt):
            return f"charge {attempt.number}: {attempt.outcome}"
        case ("payment_refund", m.PaymentRefund() as back):
            return f"refund of {text(back.amount)}: {back.state}"
        case ("admin_alert", m.AdminAlert() as alert):
            return f"ALERT {alert.summary} {alert.detail}"
        case (kind, _):
            return kind.replace("_", " ")
    return ""


def _status(name: str) -> m.OrderStatus:
    try:
        return m.OrderStatus[name.upper()]
    except KeyError:
        known = ", ".join(status.name for status in m.OrderStatus if status)
        raise Fault(f"{name} is no status: {known}", USAGE) from None


def payment_of(card: str, cash: bool) -> m.PaymentDetails:
    """Raises Fault unless it is one of both."""
    if bool(card) == cash:
        raise Fault("give --card TOKEN or --cash", USAGE)
    return m.PaymentDetails(method=m.PaymentMethod.CASH if cash else m.PaymentMethod.CARD, token=card)


def pieces_of(lines: Sequence[str]) -> list[tuple[str, int]]:
    """SKUs and numbers of pieces, as they were typed. Raises Fault."""
    found = []
    for line in lines:
        sku, _, pieces = line.rpartition("=")
        if not sku or not pieces.isdecimal():
            raise Fault(f"{line} is no SKU with a number of pieces, such as LAMP-1=2", USAGE)
        found.append((sku, int(pieces)))
    return found
