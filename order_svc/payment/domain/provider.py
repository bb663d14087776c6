"""What a payment provider does for us, as a port, with its questions and answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Protocol

from chassis.money import Money
from order_svc.payment.domain.errors import WebhooksNotConfigured


class PaymentMethod(Enum):
    """How a shopper pays; the names are those of easyorder.order.v1.PaymentMethod."""

    CARD = "CARD"
    PAYPAL = "PAYPAL"
    WALLET = "WALLET"
    CASH = "CASH"


class PaymentState(Enum):
    """Where a transaction stands; the names are those of easyorder.payment.v1.PaymentState."""

    UNSPECIFIED = "UNSPECIFIED"
    CHARGED = "CHARGED"
    REFUSED = "REFUSED"
    REFUNDED = "REFUNDED"
    VOIDED = "VOIDED"
    DEFERRED = "DEFERRED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """Take `amount` once for `transaction_id`."""

    transaction_id: str
    order_id: int
    method: PaymentMethod
    token: str = field(repr=False)
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Give `amount` of the transaction back, once for `refund_id`."""

    transaction_id: str
    refund_id: str
    amount: Money
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderPayment:
    """A transaction as the provider knows it, and since when. No money moved where `charged` or `refunded` is None."""

    transaction_id: str
    state: PaymentState = PaymentState.UNSPECIFIED
    charged: Money | None = None
    refunded: Money | None = None
    processed_at: datetime | None = None
    failure_reason: str = ""


class PaymentProvider(Protocol):
    """Moves money. Each transaction_id is charged, and each refund_id refunded, at most once, for ever."""

    async def charge(self, charge: Charge) -> ProviderPayment:
        """CHARGED, or REFUSED for good; what was done before, when it was.

        Raises ProviderUnavailable when no answer came, TransactionReused for another amount.
        """
        ...

    async def refund(self, refund: Refund) -> ProviderPayment:
        """Gives back; a transaction that was never charged is VOIDED, and never will be.

        Raises RefundExceedsCharge, RefundReused.
        """
        ...

    async def find(self, transaction_id: str) -> ProviderPayment:
        """What is known of a transaction; state UNSPECIFIED when nothing is."""
        ...


class Webhooks(Protocol):
    """What a provider sends by itself when a payment has moved."""

    def transaction_of(self, body: bytes, signature: str) -> str | None:
        """The transaction that a message is about; None when it is about none of ours.

        Raises WebhookSignatureInvalid when it is not from the provider or too old, WebhooksNotConfigured.
        """
        ...


class NoWebhooks:
    """Of a provider that sends none."""

    def transaction_of(self, body: bytes, signature: str) -> str | None:
        raise WebhooksNotConfigured("this shop expects no messages of a payment provider")
