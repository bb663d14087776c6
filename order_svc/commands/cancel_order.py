"""CancelOrder: stop an order that has not shipped, whatever else is happening to it."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.clock import Clock
from chassis.mediator import Command
from order_svc.commands import jobs
from order_svc.commands.uow import OrderUow
from order_svc.domain.views import OrderView


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder(Command[OrderView]):
    order_id: int
    reason: str


async def cancel_order(cmd: CancelOrder, uow: OrderUow, *, clock: Clock) -> OrderView:
    order = await uow.orders.get(cmd.order_id)
    uow.emit(*order.cancel(reason=cmd.reason, at=clock.now()))
    # Jobs, because this transaction may be repeated and a refund may not. A charge under way is met by the same job:
    # the provider refunds what was charged and refuses what comes later.
    uow.schedule(jobs.release_stock(order.id))
    if not order.is_free:
        uow.schedule(jobs.return_money(order))
    await uow.orders.save([order])
    return order.view()
