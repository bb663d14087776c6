"""PaymentWebhookService: a provider's message makes the waiting charge job due now, and decides nothing itself.

A charge that its order does not want any more is returned by a job, which asks the provider.

A webhook and a charge that ends at the same time therefore cannot both record an outcome: only the holder of the job's
lease asks the provider and records the outcome.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from easyorder.google.api import HttpBody
from easyorder.payment.v1 import ReceiveStripeEventResponse

from chassis.grpc import metadata
from chassis.jobs import JobStore
from chassis.mediator import Command
from order_svc.commands import jobs
from order_svc.commands.report_incident import ReportIncident
from order_svc.commands.return_late_charge import ReturnLateCharge
from order_svc.domain.payments import Notice

log = structlog.get_logger(__name__)

_SIGNATURE = "stripe-signature"


class PaymentWebhookApi:
    """The rpcs of easyorder.payment.v1.PaymentWebhookService; `wake_jobs` starts a check for due jobs.

    `notice_of` finds what a message with this body and signature is about. It raises AppError: SIGNATURE_INVALID if the
    provider did not sign it, WEBHOOK_NOT_OFFERED if none is expected. `send` has a command handled.
    """

    def __init__(
        self,
        notice_of: Callable[[bytes, str], Awaitable[Notice]],
        send: Callable[[Command[Any]], Awaitable[Any]],
        job_store: JobStore,
        wake_jobs: Callable[[], None],
    ) -> None:
        self._notice_of = notice_of
        self._send = send
        self._job_store = job_store
        self._wake_jobs = wake_jobs

    async def receive_stripe_event(self, request: HttpBody) -> ReceiveStripeEventResponse:
        signature = metadata.incoming.get().get(_SIGNATURE, "")
        notice = await self._notice_of(request.data, signature)
        transaction_id = notice.transaction_id
        if notice.incident and transaction_id:
            await self._send(ReportIncident(transaction_id=transaction_id, incident=notice.incident))
        elif transaction_id is not None:
            woken = await self._job_store.wake(jobs.CHARGE, transaction_id)
            late = await self._goes_back(transaction_id, notice.charged_order_id)
            self._wake_jobs()
            log.info("the provider reports a payment", transaction_id=transaction_id, woken=woken, late=late)
        return ReceiveStripeEventResponse()

    async def _goes_back(self, transaction_id: str, charged_order_id: int) -> bool:
        if not charged_order_id:
            return False
        command = ReturnLateCharge(order_id=charged_order_id, transaction_id=transaction_id)
        return bool(await self._send(command))
