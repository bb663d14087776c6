"""PaymentWebhookService: a provider's message makes the waiting charge job due now, and records nothing itself.

A webhook and a charge that ends at the same time therefore cannot both record an outcome: only the holder of the job's
lease asks the provider and records the outcome.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog
from easyorder.google.api import HttpBody
from easyorder.payment.v1 import ReceiveStripeEventResponse

from chassis.grpc import metadata
from chassis.jobs import JobStore
from order_svc.commands import jobs
from order_svc.domain.payments import Webhooks

log = structlog.get_logger(__name__)

_SIGNATURE = "stripe-signature"


class PaymentWebhookApi:
    """The rpcs of easyorder.payment.v1.PaymentWebhookService; `wake_jobs` starts a check for due jobs."""

    def __init__(self, webhooks: Webhooks, job_store: JobStore, wake_jobs: Callable[[], None]) -> None:
        self._webhooks = webhooks
        self._job_store = job_store
        self._wake_jobs = wake_jobs

    async def receive_stripe_event(self, request: HttpBody) -> ReceiveStripeEventResponse:
        signature = metadata.incoming.get().get(_SIGNATURE, "")
        transaction_id = await self._webhooks.transaction_of(request.data, signature)
        if transaction_id is not None:
            woken = await self._job_store.wake(jobs.CHARGE, transaction_id)
            self._wake_jobs()
            log.info("the provider reports a payment", transaction_id=transaction_id, woken=woken)
        return ReceiveStripeEventResponse()
