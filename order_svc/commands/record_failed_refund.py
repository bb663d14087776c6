"""RecordFailedRefund: money that was refunded came back to the shop, so that it is owed to the shopper again."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.clock import Clock
from order_svc.commands.of_order import OfOrder
from order_svc.commands.uow import OrderUow
from order_svc.domain.status import PaymentStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFailedRefund(OfOrder[None]):
    """Changes nothing if the refund is owed already, or belongs to a payment that another one has replaced."""

    transaction_id: str
    refund_id: str


async def record_failed_refund(cmd: RecordFailedRefund, uow: OrderUow, *, clock: Clock) -> None:
    order = await uow.orders.get(cmd.order_id)
    if cmd.transaction_id != order.payment.transaction_id:
        return
    promised = next((refund for refund in order.refunds if refund.refund_id == cmd.refund_id), None)
    if promised is not None and promised.done_at is not None:
        uow.emit(*order.refund_failed(promised, at=clock.now()))
        await uow.refunds.save(promised)
    elif promised is None and order.payment.status is PaymentStatus.REFUNDED:
        uow.emit(*order.return_failed(at=clock.now()))
    else:
        return
    await uow.orders.save([order])
