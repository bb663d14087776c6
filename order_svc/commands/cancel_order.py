"""CancelOrder: stop an order that has not shipped, even while it is being charged or changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chassis.audit import note_changes
from chassis.clock import Clock
from order_svc.commands import jobs
from order_svc.commands.of_order import OfOrder
from order_svc.commands.uow import OrderUow
from order_svc.domain.order import Order
from order_svc.domain.status import CancelReason
from order_svc.domain.views import OrderView

_WHY = "the order was cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder(OfOrder[OrderView]):
    """`transaction_id`: cancels only if this is the order's present transaction, else raises AttemptSuperseded.

    `etag`: the version that the order must have; empty for any.
    """

    reason: str
    code: CancelReason = CancelReason.REQUESTED
    transaction_id: str = ""
    etag: str = ""


async def cancel_order(cmd: CancelOrder, uow: OrderUow, *, clock: Clock) -> OrderView:
    order = await uow.orders.get(cmd.order_id)
    before = order.view()
    order.check_etag(cmd.etag)
    if cmd.transaction_id:
        order.payment.require_transaction(cmd.transaction_id)
    await stop(order, uow, code=cmd.code, reason=cmd.reason, at=clock.now())
    await uow.orders.save([order])
    after = order.view()
    note_changes(before, after)
    return after


async def stop(order: Order, uow: OrderUow, *, code: CancelReason, reason: str, at: datetime) -> None:
    """Cancels the order and schedules the return of stock and money; the caller saves it. Raises IllegalTransition."""
    if order.payment.is_charged:
        promised = order.refund_the_rest(reason=reason, at=at)
        if promised is not None:
            refund, events = promised
            uow.emit(*events)
            await uow.refunds.add(refund, order)
            uow.schedule(jobs.return_money(refund))
    elif not order.is_free:
        # This also covers a charge in progress: the provider refunds what was charged and refuses later attempts.
        uow.schedule(jobs.return_charge(order))
    uow.emit(*order.cancel(reason=reason, code=code, at=at))
    await uow.open_jobs.withdraw(jobs.CHARGE, order.payment.transaction_id, _WHY)
    await release_stock(order, uow)


async def release_stock(order: Order, uow: OrderUow) -> None:
    """Releases the stock of a cancelled order, or restocks it, instead of selling it."""
    await uow.open_jobs.withdraw(jobs.COMMIT_STOCK, jobs.stock_key(order), _WHY)
    # A job, because this transaction may be repeated.
    uow.schedule(jobs.release_stock(order))
