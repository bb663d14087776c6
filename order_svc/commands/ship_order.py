"""ShipOrder: an administrator hands an order to its carrier; from then on it cannot be cancelled."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.audit import note_changes
from chassis.clock import Clock
from order_svc.commands import jobs
from order_svc.commands.of_order import OfOrder
from order_svc.commands.uow import OrderUow
from order_svc.domain.errors import Refusal, not_prepared
from order_svc.domain.order import Order
from order_svc.domain.shipment import Parcel
from order_svc.domain.views import OrderView


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipOrder(OfOrder[OrderView]):
    """`etag`: the version that the order must have; empty for any. `sold`: the key of the sale that has been made.

    `refusal` says why it could not be made; it is raised if it is still needed, and the order has not changed since.
    """

    parcel: Parcel
    etag: str = ""
    sold: str = ""
    refusal: Refusal | None = None


async def ship_order(cmd: ShipOrder, uow: OrderUow, *, clock: Clock) -> OrderView:
    order = await uow.orders.get(cmd.order_id)
    before = order.view()
    order.check_etag(cmd.etag)
    uow.emit(*order.ship(cmd.parcel, at=clock.now()))
    await _require_sold(order, cmd, uow)
    await uow.orders.save([order])
    after = order.view()
    note_changes(before, after)
    return after


async def _require_sold(order: Order, cmd: ShipOrder, uow: OrderUow) -> None:
    key = jobs.stock_key(order)
    if key != cmd.sold and await uow.open_jobs.is_open(jobs.COMMIT_STOCK, key):
        # The pieces might be sold to somebody else before the sale is made, and a shipped order cannot be cancelled.
        raise not_prepared(order, cmd.refusal)
