"""Refunds: promised in a transaction of the order, paid by the provider, then recorded; a job retries if needed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

import structlog

from chassis.background import to_completion
from chassis.errors import AppError
from chassis.idempotency import RequestKey
from chassis.jobs import Job, JobHandler, JobImpossible, JobLease, JobResult
from chassis.mediator import Mediator
from chassis.money import Money
from foundation import failpoints
from order_svc.commands import jobs
from order_svc.commands.find_refund import FindRefund
from order_svc.commands.record_failed_refund import FailedRefund, RecordFailedRefund
from order_svc.commands.record_refund import RecordRefund
from order_svc.commands.refund_order import RefundGranted, RefundOrder
from order_svc.commands.settle_refund import SettleRefund
from order_svc.commands.uow import OrderUow
from order_svc.domain.inventory import Inventory
from order_svc.domain.payments import Payments
from order_svc.domain.views import OrderView
from order_svc.sagas.final_errors import ALWAYS, OF_PROVIDER, ending_the_job

log = structlog.get_logger(__name__)


class Refunding:
    """Every step can be repeated: the provider pays once for each refund_id."""

    def __init__(self, mediator: Mediator[OrderUow], inventory: Inventory, payments: Payments) -> None:
        self._mediator = mediator
        self._inventory = inventory
        self._payments = payments

    async def refund(self, command: RefundOrder) -> RefundGranted:
        """The order after the refund; if the provider does not reply, the order before it, and a job retries."""
        granted = await self._mediator.send(command)
        if not granted.by_provider:
            return granted
        # Continues after the caller has disconnected.
        order = await to_completion(self._give(granted, command.request))
        # The last refund in the reply is that of this call, also if another call has made one since.
        mine = next(number for number, refund in enumerate(order.refunds, 1) if refund.id == granted.refund_id)
        return replace(granted, order=replace(order, refunds=order.refunds[:mine]))

    def job_handlers(self) -> dict[str, JobHandler]:
        """The handlers of the durable jobs of refunds, by kind."""
        return {jobs.RETURN_MONEY: self._return_money, jobs.RESTOCK: self._restock, jobs.DISPUTE: self._dispute}

    def dead_letters(self) -> Mapping[str, Callable[[str, Mapping[str, Any], str], Awaitable[None]]]:
        """What discards DEAD jobs that are needed otherwise, by kind: it is given key, payload and reason."""
        return {jobs.RETURN_MONEY: self._settle}

    async def _give(self, granted: RefundGranted, request: RequestKey | None) -> OrderView:
        # A key of its own, so that a repeat gets this answer whatever becomes of the order.
        recorded = request and replace(request, scope=f"{request.scope}/recorded")
        try:
            # A refund that has failed since is repeated by operators only, who may have paid it in another way.
            if first := await self._mediator.find_result(RecordRefund, recorded):
                return first
            found = await self._mediator.send(FindRefund(order_id=granted.order.id, refund_id=granted.refund_id))
            if not found.is_pending:
                return found.order
            return await self._return(
                request=recorded,
                lease=None,
                order_id=granted.order.id,
                transaction_id=granted.order.payment.transaction_id,
                refund_id=granted.refund_id,
                amount=granted.amount,
                reason="refunded",
            )
        except AppError as error:
            log.warning("a refund was put off", order_id=granted.order.id, error=error.message)
            return granted.order

    async def _return_money(self, job: Job) -> JobResult:
        payload = job.payload
        if "failed" in payload and await self._is_settled(job):
            return JobResult(note="it was paid in another way")
        with ending_the_job(OF_PROVIDER):
            await self._return(
                lease=job.lease,
                order_id=payload["order_id"],
                transaction_id=payload["transaction_id"],
                refund_id=payload["refund_id"],
                amount=Money.of(payload["amount"], payload["currency"]),
                reason=payload["reason"],
            )
        return JobResult(by_handler=True)

    async def _is_settled(self, job: Job) -> bool:
        """Whether operators have paid it in another way. Raises JobImpossible until the job has been DEAD for this: the
        same way would fail again, so that operators decide, and retry or discard the job.
        """
        payload = job.payload
        found = await self._mediator.send(
            RecordFailedRefund(
                order_id=payload["order_id"],
                transaction_id=payload["transaction_id"],
                refund_id=payload["refund_id"],
                job_key=job.key,
            )
        )
        if found is FailedRefund.UNDECIDED:
            raise JobImpossible(f"{payload['failed']}; retry this job to refund it again")
        return found is FailedRefund.SETTLED

    async def _settle(self, job_key: str, payload: Mapping[str, Any], reason: str) -> None:
        """An operator discards a DEAD job that returns money, as the shopper was paid in another way."""
        await self._mediator.send(
            SettleRefund(
                order_id=payload["order_id"],
                transaction_id=payload["transaction_id"],
                refund_id=payload["refund_id"],
                job_key=job_key,
                reason=reason,
            )
        )

    async def _dispute(self, job: Job) -> JobResult:
        if job.payload["is_harmless"]:
            return JobResult(note=job.payload["about"])
        raise JobImpossible(f"{job.payload['about']}: answer it at the provider, then discard this job")

    async def _return(
        self,
        *,
        request: RequestKey | None = None,
        lease: JobLease | None,
        order_id: int,
        transaction_id: str,
        refund_id: str,
        amount: Money,
        reason: str,
    ) -> OrderView:
        charge = await self._payments.refund(
            transaction_id=transaction_id, refund_id=refund_id, amount=amount, reason=reason
        )
        failpoints.reach("refunded_not_recorded")
        return await self._mediator.send(
            RecordRefund(
                request=request,
                lease=lease,
                order_id=order_id,
                transaction_id=transaction_id,
                refund_id=refund_id,
                charged_at=charge.at if charge else None,
            )
        )

    async def _restock(self, job: Job) -> JobResult:
        payload = job.payload
        refunded = Money.of(payload["refunded"], payload["currency"])
        lines, written_off = jobs.pieces(payload, "lines"), jobs.pieces(payload, "written_off")
        with ending_the_job(ALWAYS):
            await self._inventory.restock(payload["order_id"], lines, refunded=refunded, written_off=written_off)
        return JobResult()
