"""SetOrderStatus: an administrator marks an order shipped, then delivered. No other status is set by hand."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.clock import Clock
from chassis.mediator import Command
from order_svc.commands.uow import OrderUow
from order_svc.domain.status import IllegalTransition, Status
from order_svc.domain.views import OrderView


@dataclass(frozen=True, slots=True, kw_only=True)
class SetOrderStatus(Command[OrderView]):
    """`etag`: the version that the order must have; empty for any."""

    order_id: int
    status: Status
    etag: str = ""


async def set_order_status(cmd: SetOrderStatus, uow: OrderUow, *, clock: Clock) -> OrderView:
    order = await uow.orders.get(cmd.order_id)
    order.check_etag(cmd.etag)
    match cmd.status:
        case Status.SHIPPED:
            uow.emit(*order.ship(at=clock.now()))
        case Status.DELIVERED:
            uow.emit(*order.deliver(at=clock.now()))
        case other:
            # Every other status follows from stock and payment, or has an rpc of its own.
            raise IllegalTransition.of(order.status, other)
    await uow.orders.save([order])
    return order.view()
