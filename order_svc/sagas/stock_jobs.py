"""The jobs that make the stock follow an order: sell it, release it, or adapt it to a change.

Each names the attempt that it belongs to. A later attempt of the same order is never affected by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from chassis.errors import AppError
from chassis.jobs import Job, JobHandler, JobImpossible, JobResult
from chassis.mediator import Mediator
from foundation import failpoints
from order_svc.commands import jobs
from order_svc.commands.cancel_order import CancelOrder
from order_svc.commands.uow import OrderUow
from order_svc.domain.inventory import (
    HoldSuperseded,
    IncentiveInvalid,
    Inventory,
    OutOfStock,
    ReservationReleased,
    StockAmendment,
)
from order_svc.domain.payment import AttemptSuperseded
from order_svc.domain.status import CancelReason, IllegalTransition, Status
from order_svc.sagas.final_errors import ALWAYS, ending_the_job

log = structlog.get_logger(__name__)

_STOPPED = (Status.CANCELLED.contract_name, Status.FAILED.contract_name)


class StockJobs:
    """The handlers; every call to inventory_svc can be repeated."""

    def __init__(self, mediator: Mediator[OrderUow], inventory: Inventory) -> None:
        self._mediator = mediator
        self._inventory = inventory

    def handlers(self) -> Mapping[str, JobHandler]:
        """By kind of job."""
        return {
            jobs.COMMIT_STOCK: self._commit,
            jobs.RELEASE_STOCK: self._release,
            jobs.AMEND_STOCK: self._amend,
        }

    async def sell(self, payload: Mapping[str, Any]) -> None:
        """Sells the stock, as the `payload` of a commit_stock job says."""
        if "stock" in payload:
            await self._inventory.amend(StockAmendment.of(payload["stock"]))
        await self._inventory.commit(payload["order_id"], payload["revision"], paid=payload["paid"])

    async def _commit(self, job: Job) -> JobResult:
        failpoints.reach("paid_stock_not_sold")
        discarded = job.payload.get("impossible", {})
        if discarded.get("attempt") == job.attempt:
            # An operator of 0.1.0 discarded the sale. It is made if an operator retries it.
            raise JobImpossible(discarded["error"])
        try:
            with ending_the_job(ALWAYS):
                await self.sell(job.payload)
        except HoldSuperseded as error:
            return JobResult(note=error.message)
        except (OutOfStock, IncentiveInvalid, ReservationReleased) as error:
            return JobResult(note=await self._withdraw(job, error))
        return JobResult()

    async def _amend(self, job: Job) -> JobResult:
        try:
            with ending_the_job(ALWAYS):
                await self._inventory.amend(StockAmendment.of(job.payload))
        except OutOfStock as error:
            # The hold of the changed order has expired since.
            await self._withdraw(job, error)
            # Later changes wait for this change, which is applied once the stock of the order is released.
            raise
        return JobResult()

    async def _withdraw(self, job: Job, error: AppError) -> str:
        """The stock, or the last use of a code, was gone before the sale: the shopper gets the money back.

        Returns what was done. Raises JobImpossible if the order has been shipped.
        """
        order_id = job.payload["order_id"]
        code, why = CancelReason.OUT_OF_STOCK, "out of stock"
        if isinstance(error, IncentiveInvalid):
            code, why = CancelReason.INCENTIVE_LOST, "a code or points could not be kept"
        cancel = CancelOrder(
            order_id=order_id,
            code=code,
            reason=f"{why}; your money is returned",
            # Changes of an order are applied one after the other, so one that cannot be applied ends any attempt.
            transaction_id=job.payload.get("transaction_id", ""),
        )
        try:
            await self._mediator.send(cancel)
        except AttemptSuperseded as superseded:
            return superseded.message
        except IllegalTransition as refusal:
            status = refusal.metadata["fromStatus"]
            if status not in _STOPPED:
                raise JobImpossible(f"the order is {status}, but its stock was not sold: {error.message}") from error
            # A stopped order has released its stock itself.
            log.info("the stock of an order was not sold", order_id=order_id, status=status, error=error.message)
            return f"the order is {status}"
        log.error("an order lost its hold and was cancelled", order_id=order_id, error=error.message)
        return f"the order was cancelled: {error.message}"

    async def _release(self, job: Job) -> JobResult:
        try:
            await self._inventory.release(
                job.payload["order_id"], job.payload["revision"], written_off=jobs.pieces(job.payload, "written_off")
            )
        except HoldSuperseded as error:
            return JobResult(note=error.message)
        return JobResult()
