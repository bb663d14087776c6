"""The payment of an order: one transaction with a provider, and what was given back of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from chassis.money import Money
from order_svc.domain.status import PaymentMethod, PaymentStatus
from order_svc.domain.views import PaymentView

_CHARGED = {PaymentStatus.PAID, PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED}


@dataclass(slots=True, kw_only=True)
class Payment:
    """How one order is paid. `transaction_id` is the idempotency key of the charge, for ever."""

    transaction_id: str
    method: PaymentMethod
    amount: Money
    status: PaymentStatus = PaymentStatus.PENDING
    attempts: int = 0
    processed_at: datetime | None = None
    failure_reason: str = ""
    # The token for a charge that waits until the stock has come.
    waiting_token: str = field(default="", repr=False)
    # What the order promised to give back; `status` says what the provider has given.
    refunded: Money

    @property
    def is_charged(self) -> bool:
        """The money was taken, whatever was given back since."""
        return self.status in _CHARGED

    @property
    def remaining(self) -> Money:
        """What may still be given back."""
        return self.amount - self.refunded if self.is_charged else Money.zero(self.amount.currency)

    def settle(self, status: PaymentStatus, *, at: datetime) -> None:
        """The provider's answer, or cash at the door."""
        self.status = status
        self.processed_at = at

    def view(self) -> PaymentView:
        return PaymentView(
            transaction_id=self.transaction_id,
            method=self.method,
            status=self.status,
            amount=self.amount.amount,
            attempts=self.attempts,
            processed_at=self.processed_at,
            failure_reason=self.failure_reason,
            refunded=self.refunded.amount,
        )
