"""ReturnLateCharge: a charge that comes after its order was stopped, or is paid otherwise, goes back."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.jobs import NewJob
from order_svc.commands import jobs
from order_svc.commands.of_order import OfOrder
from order_svc.commands.uow import OrderUow
from order_svc.domain.order import Order
from order_svc.domain.status import PaymentStatus, Status

_STOPPED = {Status.FAILED, Status.CANCELLED}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnLateCharge(OfOrder[bool]):
    """Whether the charge is to go back; not if it pays the order, went back before, or its outcome is still awaited."""

    transaction_id: str


async def return_late_charge(cmd: ReturnLateCharge, uow: OrderUow) -> bool:
    order = (await uow.orders.find([cmd.order_id])).get(cmd.order_id)
    amount = order and _unwanted(order, cmd.transaction_id)
    if order is None or amount is None:
        return False
    returned = jobs.return_charge(order).payload
    refund_id = f"{cmd.transaction_id}/all"
    # The refund that every return of this charge is; a job of its own, as the one that looked before has ended.
    payload = {**returned, "transaction_id": cmd.transaction_id, "refund_id": refund_id, "amount": amount}
    uow.schedule(NewJob(kind=jobs.RETURN_MONEY, key=f"{cmd.transaction_id}/late", payload=payload))
    return True


def _unwanted(order: Order, transaction_id: str) -> str | None:
    """The amount of a charge that pays for nothing, None if the transaction is none."""
    payment = order.payment
    if transaction_id == payment.transaction_id:
        # While the order waits for its payment, the charge job records the outcome.
        return None if payment.is_charged or order.status not in _STOPPED else str(payment.amount.amount)
    earlier = (one for one in order.earlier_payments if one.transaction_id == transaction_id)
    return next((str(one.amount) for one in earlier if one.status is not PaymentStatus.REFUNDED), None)
