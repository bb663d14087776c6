"""RefundOrder: promise to refund everything, an amount, or the price of returned items; never more than charged."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.audit import note_changes
from chassis.clock import Clock
from chassis.money import Money
from order_svc.commands import jobs
from order_svc.commands.cancel_order import release_stock
from order_svc.commands.of_order import OfOrder
from order_svc.commands.uow import OrderUow
from order_svc.domain.status import PaymentMethod, Status
from order_svc.domain.views import OrderView


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundGranted:
    """`refund_id` identifies the refund at the provider, and among those of the order."""

    order: OrderView
    refund_id: str
    amount: Money
    # Cash is refunded by hand, nothing needs no provider, everything else is refunded by the provider.
    by_provider: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundOrder(OfOrder[RefundGranted]):
    """Either `amount` or `items` (product item id, pieces), or neither: everything that remains.

    Unless `restock`, the pieces that come back do not go into stock again.
    """

    reason: str
    amount: Money | None = None
    items: tuple[tuple[int, int], ...] = ()
    restock: bool = True


async def refund_order(cmd: RefundOrder, uow: OrderUow, *, clock: Clock, payment_timeout_s: float) -> RefundGranted:
    """The provider is asked at once, and again by a job after `payment_timeout_s`."""
    order = await uow.orders.get(cmd.order_id)
    before = order.view()
    refund, events = order.refund(cmd.amount, cmd.items, reason=cmd.reason, at=clock.now(), restock=cmd.restock)
    uow.emit(*events)
    by_provider = order.payment.method is not PaymentMethod.CASH and bool(refund.amount.amount)
    if by_provider:
        # The caller pays the refund itself; the job takes over if the caller does not finish.
        uow.schedule(jobs.return_money(refund, delay_s=payment_timeout_s))
    else:
        uow.emit(*order.refund_given(refund, at=clock.now()))
    if order.status is Status.CANCELLED:
        await release_stock(order, uow)
    else:
        # Also for an amount: the order earns the points of the money that is kept.
        uow.schedule(jobs.restock(order, refund))
    await uow.refunds.add(refund, order)
    if cmd.items or not cmd.restock:
        await uow.orders.save_items(order)
    await uow.orders.save([order])
    after = order.view()
    note_changes(before, after)
    return RefundGranted(
        order=after,
        refund_id=refund.refund_id,
        amount=refund.amount,
        by_provider=by_provider,
    )
