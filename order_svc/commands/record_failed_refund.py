"""RecordFailedRefund: money that was refunded came back to the shop, so that it is owed to the shopper again.

A job tells operators of it, and refunds again once they retry it. That it was DEAD is kept in the transaction that
makes it DEAD: attempts do not say it, as one that meets a locked row, or whose process ends, is followed by another.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from chassis.alerts import Alert
from chassis.clock import Clock
from chassis.idempotency import RequestKey
from chassis.jobs import Job
from order_svc.commands.of_order import OfOrder
from order_svc.commands.settle_refund import is_settled
from order_svc.commands.uow import OrderUow
from order_svc.domain.status import PaymentStatus


class FailedRefund(StrEnum):
    """What becomes of it: operators decide, or have decided to repeat it, or have paid it in another way."""

    UNDECIDED = "UNDECIDED"
    REPEATED = "REPEATED"
    SETTLED = "SETTLED"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFailedRefund(OfOrder[FailedRefund]):
    """Changes nothing if the refund is owed already, or belongs to a payment that another one has replaced."""

    transaction_id: str
    refund_id: str
    job_key: str


async def record_failed_refund(cmd: RecordFailedRefund, uow: OrderUow, *, clock: Clock) -> FailedRefund:
    if await is_settled(cmd.refund_id, uow):
        return FailedRefund.SETTLED
    if await _has_been_dead(cmd.job_key, uow):
        return FailedRefund.REPEATED
    order = (await uow.orders.find([cmd.order_id])).get(cmd.order_id)
    # After a restore there may be no order.
    if order is None or cmd.transaction_id != order.payment.transaction_id:
        return FailedRefund.UNDECIDED
    promised = next((refund for refund in order.refunds if refund.refund_id == cmd.refund_id), None)
    if promised is not None and promised.done_at is not None:
        uow.emit(*order.refund_failed(promised, at=clock.now()))
        await uow.refunds.save(promised)
    elif promised is None and order.payment.status is PaymentStatus.REFUNDED:
        uow.emit(*order.return_failed(at=clock.now()))
    else:
        return FailedRefund.UNDECIDED
    await uow.orders.save([order])
    return FailedRefund.UNDECIDED


async def keep_that_it_was_dead(job: Job, alert: Alert, uow: OrderUow) -> None:
    """Adds to the transaction that makes the job DEAD. Not if it ends before it has recorded the failure."""
    failed = job.payload.get("failed")
    if failed and alert.detail.startswith(failed) and not await _has_been_dead(job.key, uow):
        await uow.keep_responses([(_mark(job.key), b"true")])


async def _has_been_dead(job_key: str, uow: OrderUow) -> bool:
    # Also once the response is purged: the key stays.
    return bool(await uow.find_responses([_mark(job_key)]))


def _mark(job_key: str) -> RequestKey:
    return RequestKey(scope="order/failed_refund", request_id=job_key, fingerprint="")
