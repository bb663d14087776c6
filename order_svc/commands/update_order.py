"""UpdateOrder: replace the items of an unpaid order; only the new amount is charged."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.audit import note_changes
from chassis.clock import Clock
from chassis.errors import Conflict
from order_svc.commands import jobs
from order_svc.commands.of_order import OfOrder
from order_svc.commands.place_order import collect
from order_svc.commands.uow import OrderUow
from order_svc.domain.errors import Refusal, not_prepared
from order_svc.domain.inventory import Hold, Preview
from order_svc.domain.order import Order
from order_svc.domain.status import PaymentMethod, Status
from order_svc.domain.views import OrderView

_WHY = "the order was changed, and what replaces this job has the new amount"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderUpdated:
    """`supplementary_hold_id` names the supplementary hold that the order took over; 0 if there was none."""

    order: OrderView
    supplementary_hold_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateOrder(OfOrder[OrderUpdated]):
    """`lines` are pairs of product item id and quantity. `extra` holds the pieces that the order does not have yet.

    `preview` has the discounts of these lines, from the order's codes and points, at the prices after this change.
    `refusal` says why there are none; it is raised if they are still needed, and the order
    has not changed since. `item_ids` are for new lines,
    `transaction_id` is for the charge of the new amount.
    """

    lines: tuple[tuple[int, int], ...]
    etag: str
    item_ids: tuple[int, ...]
    transaction_id: str
    extra: Hold | None = None
    preview: Preview | None = None
    refusal: Refusal | None = None


async def update_order(cmd: UpdateOrder, uow: OrderUow, *, clock: Clock) -> OrderUpdated:
    order = await uow.orders.get(cmd.order_id)
    before = order.view()
    order.check_etag(cmd.etag)
    order.check_amendable()
    extra = {item.product_item_id: item.quantity for item in cmd.extra.items} if cmd.extra else {}
    missing = order.missing(cmd.lines)
    if missing != extra or (cmd.extra and not cmd.extra.is_held):
        raise not_prepared(order, cmd.refusal)
    if order.consists_of(cmd.lines):
        return OrderUpdated(order=order.view(), supplementary_hold_id=0)
    if order.discounts and (cmd.preview is None or cmd.preview.revision != order.revision + 1):
        # Another change was faster: prices and points may differ now.
        raise not_prepared(order, cmd.refusal)
    token = await _stop_charging(order, uow)
    supplementary_hold_id = cmd.extra.order_id if cmd.extra else 0
    now = clock.now()
    uow.emit(
        *order.amend(
            cmd.lines,
            cmd.extra.items if cmd.extra else (),
            cmd.preview.hold if cmd.preview and order.discounts else None,
            item_ids=cmd.item_ids,
            supplementary_hold_id=supplementary_hold_id,
            transaction_id=cmd.transaction_id,
            at=now,
        )
    )
    uow.schedule(jobs.amend_stock(order))
    if order.status is Status.CONFIRMED:
        collect(order, uow, token=token, hold=None, at=now)
    await uow.orders.save_items(order)
    await uow.orders.save([order])
    after = order.view()
    note_changes(before, after)
    return OrderUpdated(order=after, supplementary_hold_id=supplementary_hold_id)


async def _stop_charging(order: Order, uow: OrderUow) -> str:
    """Withdraws the charge of the old amount, or the sale of a cash order, even while it runs; returns the token.

    A backordered order has no charge yet. Whatever the withdrawn charge takes is refunded: its lease is gone, so it
    cannot record anything.
    """
    if order.status is Status.PENDING:
        return ""
    if order.payment.method is PaymentMethod.CASH:
        await uow.open_jobs.withdraw(jobs.COMMIT_STOCK, jobs.stock_key(order), _WHY)
        return ""
    token = await uow.open_jobs.withdraw(jobs.CHARGE, order.payment.transaction_id, _WHY)
    if token is None:
        raise Conflict("the charge of the order is ending")
    uow.schedule(jobs.return_charge(order))
    return token
