"""What the payment process refuses, and the one failure that is worth another attempt."""

from __future__ import annotations

from chassis.errors import AppError, Kind
from chassis.money import Money


class ProviderUnavailable(AppError):
    """The provider gave no answer; whether it charged is unknown until the same transaction is tried again.

    Not a chassis.errors.Unavailable: clients repeat that within one call, and an attempt to charge is counted.
    """

    kind, reason = Kind.UNAVAILABLE, "PROVIDER_UNAVAILABLE"


class TransactionReused(AppError):
    """The same transaction_id came with another amount or order."""

    kind, reason = Kind.INVALID_ARGUMENT, "TRANSACTION_REUSED"

    @classmethod
    def of(cls, transaction_id: str) -> TransactionReused:
        return cls(
            f"transaction {transaction_id!r} was for another amount or order; use a new one",
            metadata={"transactionId": transaction_id},
        )


class RefundReused(AppError):
    """The same refund_id came with another amount or transaction."""

    kind, reason = Kind.INVALID_ARGUMENT, "REFUND_REUSED"

    @classmethod
    def of(cls, refund_id: str) -> RefundReused:
        return cls(
            f"refund {refund_id!r} was of another amount or transaction; use a new one",
            metadata={"refundId": refund_id},
        )


class RefundExceedsCharge(AppError):
    """More was to be given back than is left of the charge."""

    kind, reason = Kind.FAILED_PRECONDITION, "REFUND_EXCEEDS_CHARGE"

    @classmethod
    def of(cls, *, requested: Money, remaining: Money) -> RefundExceedsCharge:
        return cls(
            f"only {remaining} of the charge is left; refund no more than that",
            metadata={"requested": str(requested), "left": str(remaining)},
        )


class PaymentMethodUnsupported(AppError):
    """No strategy for this way to pay: choose another."""

    kind, reason = Kind.FAILED_PRECONDITION, "PAYMENT_METHOD_UNSUPPORTED"

    @classmethod
    def of(cls, method: str) -> PaymentMethodUnsupported:
        return cls(f"payment by {method} is not offered; choose another method", metadata={"method": method})


class RefundRefused(AppError):
    """The provider will not give the money back, such as to an account that was closed: somebody has to look."""

    kind, reason = Kind.FAILED_PRECONDITION, "REFUND_REFUSED"

    @classmethod
    def of(cls, refund_id: str) -> RefundRefused:
        return cls(
            f"the payment provider refuses refund {refund_id!r}; see its dashboard", metadata={"refundId": refund_id}
        )


class WebhookSignatureInvalid(AppError):
    """A message that says it is from the provider cannot be shown to be so."""

    kind, reason = Kind.INVALID_ARGUMENT, "SIGNATURE_INVALID"


class WebhooksNotConfigured(AppError):
    """The provider in use sends no messages, or no secret was agreed on to verify them."""

    kind, reason = Kind.NOT_FOUND, "WEBHOOK_NOT_OFFERED"
