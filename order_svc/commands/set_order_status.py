"""SetOrderStatus: an administrator marks an order shipped, then delivered. No other status is set by hand."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.clock import Clock
from order_svc.commands import jobs
from order_svc.commands.of_order import OfOrder
from order_svc.commands.uow import OrderUow
from order_svc.domain.errors import Refusal, not_prepared
from order_svc.domain.order import Order
from order_svc.domain.status import IllegalTransition, Status
from order_svc.domain.views import OrderView


@dataclass(frozen=True, slots=True, kw_only=True)
class SetOrderStatus(OfOrder[OrderView]):
    """`etag`: the version that the order must have; empty for any. `sold`: the key of the sale that has been made.

    `refusal` says why it could not be made; it is raised if it is still needed, and the order has not changed since.
    """

    status: Status
    etag: str = ""
    sold: str = ""
    refusal: Refusal | None = None


async def set_order_status(cmd: SetOrderStatus, uow: OrderUow, *, clock: Clock) -> OrderView:
    order = await uow.orders.get(cmd.order_id)
    order.check_etag(cmd.etag)
    match cmd.status:
        case Status.SHIPPED:
            uow.emit(*order.ship(at=clock.now()))
            await _require_sold(order, cmd, uow)
        case Status.DELIVERED:
            was_paid = order.payment.is_charged
            uow.emit(*order.deliver(at=clock.now()))
            if not was_paid:
                uow.schedule(jobs.earn_points(order))
        case other:
            # Every other status follows from stock and payment, or has an rpc of its own.
            raise IllegalTransition.of(order.status, other)
    await uow.orders.save([order])
    return order.view()


async def _require_sold(order: Order, cmd: SetOrderStatus, uow: OrderUow) -> None:
    key = jobs.stock_key(order)
    if key != cmd.sold and await uow.open_jobs.is_open(jobs.COMMIT_STOCK, key):
        # The pieces might be sold to somebody else before the sale is made, and a shipped order cannot be cancelled.
        raise not_prepared(order, cmd.refusal)
