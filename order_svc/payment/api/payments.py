"""easyorder.internal.payment.v1.PaymentService over gRPC."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from easyorder.common.v1 import PaymentMethod as PaymentMethodMessage
from easyorder.internal.payment.v1 import (
    ChargeManyRequest,
    ChargeManyResponse,
    ChargeRequest,
    ChargeResult,
    CheckNoticeRequest,
    CheckNoticeResponse,
    GetPaymentRequest,
    ListMovementsRequest,
    ListMovementsResponse,
    ListTransactionsRequest,
    ListTransactionsResponse,
    MovementKind,
    MovementState,
    PaymentState,
    RefundRequest,
    StoredRefund,
)
from easyorder.internal.payment.v1 import Incident as IncidentMessage
from easyorder.internal.payment.v1 import ProviderMovement as ProviderMovementMessage
from easyorder.internal.payment.v1 import ProviderPayment as ProviderPaymentMessage
from easyorder.internal.payment.v1 import StoredTransaction as StoredTransactionMessage

from chassis.errors import AppError
from chassis.google_types import money_message, money_of
from chassis.grpc.status import to_status
from foundation import failpoints
from order_svc.domain.status import PaymentMethod
from order_svc.payment.domain.errors import PaymentMethodUnsupported
from order_svc.payment.domain.provider import (
    Charge,
    Incident,
    NoWebhooks,
    PaymentProvider,
    ProviderMovement,
    ProviderPayment,
    Refund,
    StoredTransaction,
    Webhooks,
)


class PaymentApi:
    """Passes the calls to the provider, which charges every method but cash: that is paid on delivery."""

    def __init__(self, provider: PaymentProvider, webhooks: Webhooks | None = None) -> None:
        self._provider = provider
        self._webhooks = webhooks or NoWebhooks()

    async def charge_many(self, request: ChargeManyRequest) -> AsyncIterator[ChargeManyResponse]:
        numbers = {asyncio.create_task(self._result(one)): n for n, one in enumerate(request.charges)}
        waiting = set(numbers)
        try:
            while waiting:
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                results = [task.result() for task in done]
                for task, result in zip(done, results, strict=True):
                    result.index = numbers[task]
                yield ChargeManyResponse(results=results)
        finally:
            for task in waiting:
                task.cancel()
            # Also retrieves the errors of tasks that ended together with the failed one.
            await asyncio.gather(*numbers, return_exceptions=True)

    async def _result(self, request: ChargeRequest) -> ChargeResult:
        try:
            return ChargeResult(payment=await self.charge(request))
        except AppError as error:
            return ChargeResult(error=to_status(error))

    async def charge(self, request: ChargeRequest) -> ProviderPaymentMessage:
        method = PaymentMethod[PaymentMethodMessage(request.method).name or ""]
        if method is PaymentMethod.CASH:
            raise PaymentMethodUnsupported.of(method.contract_name)
        charge = Charge(
            transaction_id=request.transaction_id,
            order_id=request.order_id,
            method=method,
            token=request.token,
            amount=money_of(request.amount),
            recorded=request.recorded,
        )
        payment = await self._provider.charge(charge)
        failpoints.reach("charged_not_answered")
        return _message(payment)

    async def refund(self, request: RefundRequest) -> ProviderPaymentMessage:
        refund = Refund(
            transaction_id=request.transaction_id,
            refund_id=request.refund_id,
            amount=money_of(request.amount),
            reason=request.reason,
        )
        return _message(await self._provider.refund(refund))

    async def get_payment(self, request: GetPaymentRequest) -> ProviderPaymentMessage:
        return _message(await self._provider.find(request.transaction_id))

    async def list_transactions(self, request: ListTransactionsRequest) -> ListTransactionsResponse:
        if request.transaction_ids:
            found = await self._provider.stored(request.transaction_ids)
        else:
            found = await self._provider.page(after=request.after_transaction_id, limit=request.limit)
        return ListTransactionsResponse(transactions=[_stored(transaction) for transaction in found])

    async def list_movements(self, request: ListMovementsRequest) -> ListMovementsResponse:
        start, end = request.start_time, request.end_time
        assert start is not None  # the contract requires both
        assert end is not None
        page = await self._provider.movements(start, end, after=request.after)
        return ListMovementsResponse(
            movements=[_movement(movement) for movement in page.movements],
            next=page.next,
            foreign_count=page.foreign,
        )

    async def check_notice(self, request: CheckNoticeRequest) -> CheckNoticeResponse:
        notice = self._webhooks.notice_of(request.body, request.signature)
        incident = await self._provider.incident(notice) if notice.refund or notice.dispute else None
        transaction_id = incident.transaction_id if incident else notice.transaction_id
        return CheckNoticeResponse(
            transaction_id=transaction_id or "",
            incident=_incident(incident) if incident else None,
            charged_order_id=notice.charged_order_id,
        )


def _incident(incident: Incident) -> IncidentMessage:
    return IncidentMessage(
        id=incident.id,
        order_id=incident.order_id,
        refund_id=incident.refund_id,
        amount=money_message(incident.amount),
        status=incident.status,
        reason=incident.reason,
        is_harmless=incident.is_harmless,
    )


def _message(payment: ProviderPayment) -> ProviderPaymentMessage:
    return ProviderPaymentMessage(
        transaction_id=payment.transaction_id,
        state=PaymentState[payment.state.name],
        charged=money_message(payment.charged) if payment.charged else None,
        refunded=money_message(payment.refunded) if payment.refunded else None,
        processed_at=payment.processed_at,
        failure_reason=payment.failure_reason,
        charge_time=payment.charged_at,
        next_action_uri=payment.next_action_uri,
    )


def _stored(transaction: StoredTransaction) -> StoredTransactionMessage:
    return StoredTransactionMessage(
        payment=_message(transaction.payment),
        order_id=transaction.order_id,
        refunds=[StoredRefund(refund_id=id, amount=money_message(amount)) for id, amount in transaction.refunds],
    )


def _movement(movement: ProviderMovement) -> ProviderMovementMessage:
    return ProviderMovementMessage(
        id=movement.id,
        kind=MovementKind[movement.kind.name],
        transaction_id=movement.transaction_id,
        order_id=movement.order_id,
        refund_id=movement.refund_id,
        amount=money_message(movement.amount),
        state=MovementState[movement.state.name],
        create_time=movement.created_at,
    )
