"""RecordRefund: record that the provider returned the money, or will never take it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chassis.clock import Clock
from chassis.errors import AppError, Kind
from chassis.jobs import JobLease, JobOutcome
from order_svc.commands import jobs
from order_svc.commands.of_order import OfOrder
from order_svc.commands.uow import OrderUow
from order_svc.domain.order import Order
from order_svc.domain.refund import Refund
from order_svc.domain.status import PaymentStatus, Status
from order_svc.domain.views import OrderView


class NothingToRefund(AppError):
    """The provider has no charge to take a promised refund from; an operator has to decide."""

    kind, reason = Kind.FAILED_PRECONDITION, "NOTHING_TO_REFUND"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRefund(OfOrder[OrderView]):
    """`charged_at` is when the returned money had been taken; None if nothing was charged and nothing ever will be.
    `lease` is the lease of the job, if any.
    """

    lease: JobLease | None
    transaction_id: str
    refund_id: str
    charged_at: datetime | None


async def record_refund(cmd: RecordRefund, uow: OrderUow, *, clock: Clock) -> OrderView:
    order = await uow.orders.get(cmd.order_id)
    if cmd.lease is not None:
        uow.settle(JobOutcome(cmd.lease))
    elif await _has_failed_since(order, cmd, uow):
        return order.view()
    await record_returned(order, cmd, uow, clock)
    return order.view()


async def record_returned(order: Order, cmd: RecordRefund, uow: OrderUow, clock: Clock) -> None:
    """Records what `cmd` says of a locked order, whoever has returned the money."""
    if cmd.transaction_id != order.payment.transaction_id:
        # Another payment has replaced this one since.
        if cmd.charged_at is not None:
            await _earlier_returned(order, cmd.transaction_id, cmd.charged_at, uow, clock)
        return
    promised = next((refund for refund in order.refunds if refund.refund_id == cmd.refund_id), None)
    if promised is not None:
        await _given(promised, order, cmd, uow, clock)
    elif order.payment.status is PaymentStatus.REFUNDED:
        # The job before this one was not told that it had recorded it.
        pass
    elif cmd.charged_at is not None or order.status is Status.CANCELLED:
        # A payment that was given up stays FAILED if nothing was charged.
        uow.emit(*order.money_returned(charged_at=cmd.charged_at, at=clock.now()))
        await uow.orders.save([order])


async def _has_failed_since(order: Order, cmd: RecordRefund, uow: OrderUow) -> bool:
    """Whether the provider has taken back its reply of a promised refund, as another job says."""
    is_promised = any(refund.refund_id == cmd.refund_id for refund in order.refunds)
    return is_promised and not await uow.open_jobs.is_pending(jobs.RETURN_MONEY, cmd.refund_id)


async def _earlier_returned(
    order: Order, transaction_id: str, charged_at: datetime, uow: OrderUow, clock: Clock
) -> None:
    if events := order.earlier_money_returned(transaction_id, charged_at=charged_at, at=clock.now()):
        uow.emit(*events)
        await uow.orders.save([order])


async def _given(promised: Refund, order: Order, cmd: RecordRefund, uow: OrderUow, clock: Clock) -> None:
    if promised.done_at is not None:
        return
    if cmd.charged_at is None:
        raise NothingToRefund(f"the provider knows of no charge {cmd.transaction_id} to refund")
    uow.emit(*order.refund_given(promised, at=clock.now()))
    await uow.refunds.save(promised)
    await uow.orders.save([order])
