"""The errors of the payment process; only ProviderUnavailable is worth another attempt."""

from __future__ import annotations

from chassis.errors import AppError, Kind


class ProviderUnavailable(AppError):
    """The provider did not reply; whether it charged is unknown until the same transaction is retried.

    Not a chassis.errors.Unavailable: clients retry that within one call, but each attempt to charge is counted.
    """

    kind, reason = Kind.UNAVAILABLE, "PROVIDER_UNAVAILABLE"


class TransactionReused(AppError):
    """The same transaction_id was used with another amount or order."""

    kind, reason = Kind.INVALID_ARGUMENT, "TRANSACTION_REUSED"

    @classmethod
    def of(cls, transaction_id: str) -> TransactionReused:
        return cls(
            f"transaction {transaction_id!r} was for another amount or order; use a new one",
            metadata={"transactionId": transaction_id},
        )


class ChargeNotConfirmed(AppError):
    """The provider does not know of a charge that an order has as made."""

    kind, reason = Kind.FAILED_PRECONDITION, "CHARGE_NOT_CONFIRMED"

    @classmethod
    def of(cls, transaction_id: str) -> ChargeNotConfirmed:
        return cls(
            f"the provider knows of no charge {transaction_id!r}; look for it there, by the order",
            metadata={"transactionId": transaction_id},
        )


class RefundReused(AppError):
    """The same refund_id was used with another amount or transaction."""

    kind, reason = Kind.INVALID_ARGUMENT, "REFUND_REUSED"

    @classmethod
    def of(cls, refund_id: str) -> RefundReused:
        return cls(
            f"refund {refund_id!r} was of another amount or transaction; use a new one",
            metadata={"refundId": refund_id},
        )


class PaymentMethodUnsupported(AppError):
    """No provider charges this payment method."""

    kind, reason = Kind.FAILED_PRECONDITION, "PAYMENT_METHOD_UNSUPPORTED"

    @classmethod
    def of(cls, method: str) -> PaymentMethodUnsupported:
        return cls("this way to pay is not offered; choose another", metadata={"method": method})


class RefundRefused(AppError):
    """The provider refuses the refund, for example to a closed account: an operator has to decide."""

    kind, reason = Kind.FAILED_PRECONDITION, "REFUND_REFUSED"

    @classmethod
    def of(cls, refund_id: str) -> RefundRefused:
        return cls(
            f"the payment provider refuses refund {refund_id!r}; see its dashboard", metadata={"refundId": refund_id}
        )


class WebhookSignatureInvalid(AppError):
    """The signature does not prove that the message is from the provider."""

    kind, reason = Kind.INVALID_ARGUMENT, "SIGNATURE_INVALID"


class WebhooksNotConfigured(AppError):
    """The provider in use sends no messages, or the secret to verify them is not configured."""

    kind, reason = Kind.NOT_FOUND, "WEBHOOK_NOT_OFFERED"
