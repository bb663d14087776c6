"""PlaceOrder: write an order whose stock is held, with its payment, its first event and the job that charges it.

An order that waits for stock is PENDING, and nothing is charged before ConfirmAvailability.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from chassis.clock import Clock
from chassis.errors import AppError
from chassis.idempotency import expired
from chassis.mediator import Command
from chassis.money import Money
from foundation import failpoints
from order_svc.commands import jobs
from order_svc.commands.uow import OrderUow
from order_svc.domain.address import PostalAddress
from order_svc.domain.inventory import Hold, HoldLost
from order_svc.domain.items import Discount, Item, owed
from order_svc.domain.order import Order
from order_svc.domain.payment import Payment
from order_svc.domain.status import PaymentMethod, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrder(Command[bytes]):
    """Answers the serialised order: the reply, and what is kept for repeats."""

    owner: str
    owner_team: str | None
    currency: str
    # The held lines, with the ids of the new items.
    items: tuple[Item, ...]
    discounts: tuple[Discount, ...] = ()
    method: PaymentMethod
    payment_token: str = field(repr=False)
    transaction_id: str
    hold: Hold
    shipping_address: PostalAddress | None = None
    billing_address: PostalAddress | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


async def place_orders(batch: Sequence[PlaceOrder], uow: OrderUow, *, clock: Clock) -> list[bytes | AppError]:
    now = clock.now()
    results: list[bytes | AppError] = []
    orders = []
    repeated = [cmd.hold.order_id for cmd in batch if cmd.request and not cmd.request_is_new]
    placed = await uow.orders.placed_holds(repeated) if repeated else ()
    for cmd in batch:
        if cmd.request and cmd.hold.order_id in placed:
            # No response is stored, so the order was placed long ago, or by an equal request in this moment.
            results.append(expired(cmd.request))
            continue
        if not (cmd.hold.is_held or cmd.hold.waits):
            results.append(HoldLost("the stock is not held any more"))
            continue
        order = order_of(cmd, now)
        uow.emit(*order.placed())
        if cmd.hold.stocks:
            uow.emit(*order.stock_stands(cmd.hold.stocks, at=now))
        if order.status is Status.CONFIRMED:
            collect(order, uow, token=cmd.payment_token, hold=cmd.hold, at=now)
        orders.append(order)
        results.append(uow.serialised(order.view()))
    await uow.orders.add(orders)
    failpoints.reach("order_written_not_committed")
    return results


def order_of(cmd: PlaceOrder, now: datetime) -> Order:
    """The order that the command places."""
    return Order(
        id=cmd.hold.order_id,
        status=Status.PENDING if cmd.hold.waits else Status.CONFIRMED,
        currency=cmd.currency,
        items=cmd.items,
        discounts=cmd.discounts,
        payment=Payment(
            transaction_id=cmd.transaction_id,
            method=cmd.method,
            amount=owed(cmd.items, cmd.currency),
            processed_at=now,
            refunded=Money.zero(cmd.currency),
            waiting_token=cmd.payment_token if cmd.hold.waits else "",
        ),
        owner=cmd.owner,
        owner_team=cmd.owner_team,
        placed_at=now,
        updated_at=now,
        shipping_address=cmd.shipping_address,
        billing_address=cmd.billing_address,
        metadata=cmd.metadata,
        note=cmd.note,
    )


def collect(order: Order, uow: OrderUow, *, token: str, hold: Hold | None, at: datetime) -> None:
    """Every line is held: schedules the charge. Without a `hold`, the charge job checks the stock first."""
    if order.is_free:
        uow.emit(*order.paid_with_nothing(at=at))
    # Cash is paid on delivery: the stock is sold at once.
    sold = order.is_free or order.payment.method is PaymentMethod.CASH
    uow.schedule(jobs.commit_stock(order) if sold else jobs.charge(order, token=token, hold=hold))
