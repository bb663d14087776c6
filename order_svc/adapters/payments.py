"""Payments through the payment process, over gRPC."""

from __future__ import annotations

from easyorder.common.v1 import PaymentMethod as PaymentMethodMessage
from easyorder.internal.payment.v1 import (
    ChargeRequest,
    CheckNoticeRequest,
    CheckNoticeResponse,
    GetPaymentRequest,
    PaymentState,
    ProviderPayment,
    RefundRequest,
)
from easyorder.internal.payment.v1 import Incident as IncidentMessage

from chassis.errors import AppError, Kind
from chassis.google_types import money_message, money_of
from chassis.grpc.clients import Peer, rpc
from chassis.money import Money
from order_svc.adapters.batched_charges import BatchedCharges
from order_svc.domain.payments import ActionRequired, Charged, ChargeResult, Incident, Notice, Refused
from order_svc.domain.status import FailureCode, PaymentMethod

_UNSUPPORTED = "PAYMENT_METHOD_UNSUPPORTED"
_SERVICE = "easyorder.internal.payment.v1.PaymentService"
_REFUND = rpc(_SERVICE, "Refund", RefundRequest, ProviderPayment)
_CHECK_NOTICE = rpc(_SERVICE, "CheckNotice", CheckNoticeRequest, CheckNoticeResponse)
_GET_PAYMENT = rpc(_SERVICE, "GetPayment", GetPaymentRequest, ProviderPayment)


class GrpcPayments:
    """The Payments and Webhooks of the mesh. A call waits at most `timeout_s` for its reply."""

    def __init__(self, payment: Peer, *, timeout_s: float = 10.0) -> None:
        self._payment = payment
        self._timeout_s = timeout_s
        self._charges = BatchedCharges(payment, timeout_s=timeout_s)

    async def charge(
        self, *, transaction_id: str, order_id: int, method: PaymentMethod, token: str, amount: Money
    ) -> ChargeResult:
        return await self._charge(
            ChargeRequest(
                transaction_id=transaction_id,
                order_id=order_id,
                method=PaymentMethodMessage[method.name],
                token=token,
                amount=money_message(amount),
            )
        )

    async def record_charge(
        self, *, transaction_id: str, order_id: int, method: PaymentMethod, amount: Money
    ) -> ChargeResult:
        return await self._charge(
            ChargeRequest(
                transaction_id=transaction_id,
                order_id=order_id,
                method=PaymentMethodMessage[method.name],
                amount=money_message(amount),
                recorded=True,
            )
        )

    async def _charge(self, request: ChargeRequest) -> ChargeResult:
        try:
            reply = await self._charges.submit(request)
        except AppError as error:
            # For example a method that is not offered: no further attempt changes that.
            if error.kind is Kind.FAILED_PRECONDITION:
                code = FailureCode.METHOD_UNSUPPORTED if error.reason == _UNSUPPORTED else FailureCode.DECLINED
                return Refused(error.message, code)
            raise
        return _result(reply)

    async def refund(self, *, transaction_id: str, refund_id: str, amount: Money, reason: str = "") -> Charged | None:
        request = RefundRequest(
            transaction_id=transaction_id, refund_id=refund_id, amount=money_message(amount), reason=reason
        )
        reply = await self._payment.call(_REFUND, request, timeout_s=self._timeout_s)
        if reply.charged is None:
            return None
        assert reply.charge_time is not None
        return Charged(reply.charge_time)

    async def find(self, transaction_id: str) -> ChargeResult | None:
        request = GetPaymentRequest(transaction_id=transaction_id)
        reply = await self._payment.call(_GET_PAYMENT, request, timeout_s=self._timeout_s)
        return _result(reply) if reply.state else None

    async def notice_of(self, body: bytes, signature: str) -> Notice:
        """What a message is about. Raises AppError: SIGNATURE_INVALID if the provider did not sign it."""
        request = CheckNoticeRequest(body=body, signature=signature)
        reply = await self._payment.call(_CHECK_NOTICE, request, timeout_s=self._timeout_s)
        return Notice(
            transaction_id=reply.transaction_id or None,
            incident=_incident(reply.incident) if reply.incident else None,
            charged_order_id=reply.charged_order_id,
        )


def _incident(message: IncidentMessage) -> Incident:
    return Incident(
        id=message.id,
        order_id=message.order_id,
        refund_id=message.refund_id,
        amount=money_of(message.amount),
        status=message.status,
        reason=message.reason,
        is_harmless=message.is_harmless,
    )


def _result(reply: ProviderPayment) -> ChargeResult:
    if reply.state is PaymentState.CHARGED:
        assert reply.processed_at is not None
        return Charged(reply.processed_at)
    if reply.state is PaymentState.REQUIRES_ACTION:
        return ActionRequired(reply.next_action_uri)
    # A charge that was fully refunded counts as refused when it is requested again.
    return Refused(reply.failure_reason or "the payment was given back")
