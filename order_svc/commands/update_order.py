"""UpdateOrder: replace the items of an order that is not paid; its charge is for the new amount, or never happens."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.clock import Clock
from chassis.errors import AppError, Conflict, Kind
from chassis.mediator import Command
from order_svc.commands import jobs
from order_svc.commands.place_order import collect
from order_svc.commands.uow import OrderUow
from order_svc.domain.inventory import Hold, Preview
from order_svc.domain.order import Order
from order_svc.domain.status import PaymentMethod, Status
from order_svc.domain.views import OrderView


class ChangeToBePrepared(AppError):
    """`lines` have to be held beside the order first, and where it has discounts, these have to be shown.

    `stock` is what it holds now, as a StockAmendment reads it.
    """

    kind, reason = Kind.ABORTED, "CHANGE_TO_BE_PREPARED"

    def __init__(self, order: Order, lines: tuple[tuple[int, int], ...]) -> None:
        super().__init__(f"order {order.id} does not hold what it is to have, or its discounts are not known")
        self.order = order.view()
        self.lines = lines
        self.stock = jobs.stock_of(order)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderUpdated:
    """`extra_order_id` names the hold that became the order's own; 0 if there was none."""

    order: OrderView
    extra_order_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateOrder(Command[OrderUpdated]):
    """`lines` are pairs of product item id and quantity. `extra` holds what the order has not yet.

    `preview` shows what the codes and points of the order take off these lines, for their prices after this change.
    `item_ids` are for the lines that are new, `transaction_id` is for the charge of the new amount.
    """

    order_id: int
    lines: tuple[tuple[int, int], ...]
    etag: str
    item_ids: tuple[int, ...]
    transaction_id: str
    extra: Hold | None = None
    preview: Preview | None = None


async def update_order(cmd: UpdateOrder, uow: OrderUow, *, clock: Clock) -> OrderUpdated:
    order = await uow.orders.get(cmd.order_id)
    order.check_etag(cmd.etag)
    order.check_amendable()
    extra = {item.product_item_id: item.quantity for item in cmd.extra.items} if cmd.extra else {}
    missing = order.missing(cmd.lines)
    if missing != extra or (cmd.extra and not cmd.extra.is_held):
        raise ChangeToBePrepared(order, tuple(missing.items()))
    if order.consists_of(cmd.lines):
        return OrderUpdated(order=order.view(), extra_order_id=0)
    if order.discounts and (cmd.preview is None or cmd.preview.revision != order.revision + 1):
        # Also when another change came in between: then its prices are others, and perhaps its points.
        raise ChangeToBePrepared(order, tuple(missing.items()))
    token = await _stop_charging(order, uow)
    extra_order_id = cmd.extra.order_id if cmd.extra else 0
    now = clock.now()
    uow.emit(
        *order.amend(
            cmd.lines,
            cmd.extra.items if cmd.extra else (),
            cmd.preview.hold if cmd.preview and order.discounts else None,
            item_ids=cmd.item_ids,
            extra_order_id=extra_order_id,
            transaction_id=cmd.transaction_id,
            at=now,
        )
    )
    uow.schedule(jobs.amend_stock(order))
    if order.status is Status.CONFIRMED:
        collect(order, uow, token=token, hold=None, at=now)
    await uow.orders.save_items(order)
    await uow.orders.save([order])
    return OrderUpdated(order=order.view(), extra_order_id=extra_order_id)


async def _stop_charging(order: Order, uow: OrderUow) -> str:
    """Takes the charge of the old amount from whoever is at it; answers the payment's token.

    There is none for cash, and for what waits for stock: that is charged once it has come.

    What that one charged, or will yet, is returned: its lease is gone, so it can record nothing.
    """
    if order.payment.method is PaymentMethod.CASH or order.status is Status.PENDING:
        return ""
    token = await uow.open_jobs.withdraw(jobs.CHARGE, order.payment.transaction_id)
    if token is None:
        raise Conflict(f"the charge of order {order.id} is ending")
    uow.schedule(jobs.return_charge(order))
    return token
