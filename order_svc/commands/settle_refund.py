"""SettleRefund: an operator has paid in another way what a DEAD job was to return, and discards the job for good.

The order then has the refund as given. That no provider did it is kept for ever in the same transaction: neither a job
nor `easyorder reconcile` pays it once more.
"""

from __future__ import annotations

from dataclasses import dataclass

from chassis.clock import Clock
from chassis.idempotency import RequestKey
from order_svc.commands import jobs
from order_svc.commands.of_order import OfOrder
from order_svc.commands.record_refund import RecordRefund, record_returned
from order_svc.commands.uow import OrderUow

_SCOPE = "order/settled_refund"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleRefund(OfOrder[None]):
    """Changes nothing if the job is not DEAD any more."""

    transaction_id: str
    refund_id: str
    job_key: str
    reason: str


async def settle_refund(cmd: SettleRefund, uow: OrderUow, *, clock: Clock) -> None:
    order = (await uow.orders.find([cmd.order_id])).get(cmd.order_id)
    if not await uow.open_jobs.withdraw_dead(jobs.RETURN_MONEY, cmd.job_key, cmd.reason):
        return
    if not await is_settled(cmd.refund_id, uow):
        await uow.keep_responses([(settled(cmd.refund_id), b"true")])
    if order is not None:
        recorded = RecordRefund(
            lease=None,
            order_id=cmd.order_id,
            transaction_id=cmd.transaction_id,
            refund_id=cmd.refund_id,
            charged_at=order.payment.charged_at or clock.now(),
        )
        await record_returned(order, recorded, uow, clock)


async def is_settled(refund_id: str, uow: OrderUow) -> bool:
    # Also once the response is purged: the key stays.
    return bool(await uow.find_responses([settled(refund_id)]))


def settled(refund_id: str) -> RequestKey:
    """The key that says that a refund was paid in another way."""
    return RequestKey(scope=_SCOPE, request_id=refund_id, fingerprint="")
