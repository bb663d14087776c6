"""UpdateOrder: replace the items of an order that is not paid; its charge is for the new amount, or never happens."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.clock import Clock
from chassis.errors import AppError, Conflict, Kind
from chassis.mediator import Command
from order_svc.commands import jobs
from order_svc.commands.uow import OrderUow
from order_svc.domain.inventory import Hold
from order_svc.domain.order import Order
from order_svc.domain.status import PaymentMethod, Status
from order_svc.domain.views import OrderView


class MoreStockNeeded(AppError):
    """The order holds less than it is to have; `lines` is what has to be held beside it first."""

    kind, reason = Kind.ABORTED, "MORE_STOCK_NEEDED"

    def __init__(self, order: OrderView, lines: tuple[tuple[int, int], ...]) -> None:
        super().__init__(f"order {order.id} does not hold what it is to have")
        self.order = order
        self.lines = lines


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderUpdated:
    """`extra_order_id` names the hold that became the order's own; 0 if there was none."""

    order: OrderView
    extra_order_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateOrder(Command[OrderUpdated]):
    """`lines` are pairs of product item id and quantity. `extra` holds what the order has not yet.

    `item_ids` are for the lines that are new, `transaction_id` is for the charge of the new amount.
    """

    order_id: int
    lines: tuple[tuple[int, int], ...]
    etag: str
    item_ids: tuple[int, ...]
    transaction_id: str
    extra: Hold | None = None


async def update_order(cmd: UpdateOrder, uow: OrderUow, *, clock: Clock) -> OrderUpdated:
    order = await uow.orders.get(cmd.order_id)
    order.check_etag(cmd.etag)
    order.check_amendable()
    extra = {item.product_item_id: item.quantity for item in cmd.extra.items} if cmd.extra else {}
    missing = order.missing(cmd.lines)
    if missing != extra or (cmd.extra and not cmd.extra.is_held):
        raise MoreStockNeeded(order.view(), tuple(missing.items()))
    if order.consists_of(cmd.lines):
        return OrderUpdated(order=order.view(), extra_order_id=0)
    token = await _stop_charging(order, uow)
    extra_order_id = cmd.extra.order_id if cmd.extra else 0
    uow.emit(
        *order.amend(
            cmd.lines,
            cmd.extra.items if cmd.extra else (),
            item_ids=cmd.item_ids,
            extra_order_id=extra_order_id,
            transaction_id=cmd.transaction_id,
            at=clock.now(),
        )
    )
    uow.schedule(jobs.amend_stock(order))
    if token is not None:
        uow.schedule(jobs.charge(order, token=token, hold=None))
    await uow.orders.save_items(order)
    await uow.orders.save([order])
    return OrderUpdated(order=order.view(), extra_order_id=extra_order_id)


async def _stop_charging(order: Order, uow: OrderUow) -> str | None:
    """Takes the charge of the old amount from whoever is at it; answers the payment's token.

    None for cash, and for what waits for stock: that is charged once it has come.

    What that one charged, or will yet, is returned: its lease is gone, so it can record nothing.
    """
    if order.payment.method is PaymentMethod.CASH or order.status is Status.PENDING:
        return None
    payload = await uow.open_jobs.withdraw(jobs.CHARGE, order.payment.transaction_id)
    if payload is None:
        raise Conflict(f"the charge of order {order.id} is ending")
    uow.schedule(jobs.return_charge(order))
    token: str = payload["token"]
    return token
