"""DeliverOrder: an administrator records that a shipped order has arrived; an order in cash is paid."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.audit import note_changes
from chassis.clock import Clock
from order_svc.commands import jobs
from order_svc.commands.of_order import OfOrder
from order_svc.commands.uow import OrderUow
from order_svc.domain.views import OrderView


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverOrder(OfOrder[OrderView]):
    """`etag`: the version that the order must have; empty for any."""

    etag: str = ""


async def deliver_order(cmd: DeliverOrder, uow: OrderUow, *, clock: Clock) -> OrderView:
    order = await uow.orders.get(cmd.order_id)
    before = order.view()
    order.check_etag(cmd.etag)
    was_paid = order.payment.is_charged
    uow.emit(*order.deliver(at=clock.now()))
    if not was_paid:
        uow.schedule(jobs.earn_points(order))
    await uow.orders.save([order])
    after = order.view()
    note_changes(before, after)
    return after
