"""The payment of an order: one transaction with a provider, and its refunds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from chassis.errors import AppError, Kind
from chassis.money import Money
from order_svc.domain.status import FailureCode, PaymentMethod, PaymentStatus
from order_svc.domain.views import PaymentView

_CHARGED = {PaymentStatus.PAID, PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED}


class AttemptSuperseded(AppError):
    """The step belongs to a transaction that another one has replaced."""

    kind, reason = Kind.FAILED_PRECONDITION, "ATTEMPT_SUPERSEDED"


@dataclass(slots=True, kw_only=True)
class Payment:
    """How one order is paid. `transaction_id` is the permanent idempotency key of the charge."""

    transaction_id: str
    method: PaymentMethod
    amount: Money
    status: PaymentStatus = PaymentStatus.PENDING
    attempts: int = 0
    # When it last changed.
    processed_at: datetime | None = None
    # Of a charge that was returned before it paid for the order; that of others is the order's `paid_at`.
    charged_at: datetime | None = None
    failure_code: FailureCode | None = None
    failure_reason: str = ""
    # While it requires an action: the page where the shopper confirms it.
    next_action_uri: str = ""
    # The token for a charge that waits for stock.
    waiting_token: str = field(default="", repr=False)
    # The refunds that the order promised; `status` shows what the provider has paid.
    refunded: Money

    @property
    def is_charged(self) -> bool:
        """Whether the money was taken, regardless of later refunds."""
        return self.status in _CHARGED

    @property
    def remaining(self) -> Money:
        """The amount that may still be refunded."""
        return self.amount - self.refunded if self.is_charged else Money.zero(self.amount.currency)

    def require_transaction(self, transaction_id: str) -> None:
        """Raises AttemptSuperseded unless this is the present transaction."""
        if transaction_id != self.transaction_id:
            raise AttemptSuperseded(f"another charge, {self.transaction_id}, has replaced {transaction_id}")

    def settle(self, status: PaymentStatus, *, at: datetime) -> None:
        """Records the provider's result, or cash on delivery."""
        self.status = status
        self.processed_at = at
        self.next_action_uri = ""

    def require_action(self, uri: str, *, at: datetime) -> None:
        """Records that the shopper must confirm it at `uri`; `processed_at` stays when that was first known."""
        since = self.action_since or at
        self.settle(PaymentStatus.REQUIRES_ACTION, at=since)
        self.next_action_uri = uri
        self.fail(None, "", at=since)

    @property
    def action_since(self) -> datetime | None:
        """Since when the shopper is to confirm it."""
        return self.processed_at if self.status is PaymentStatus.REQUIRES_ACTION else None

    def fail(self, code: FailureCode | None, reason: str, *, at: datetime) -> None:
        """Records why an attempt failed; None: it succeeded."""
        self.failure_code, self.failure_reason = code, reason
        self.processed_at = at

    def view(self) -> PaymentView:
        return PaymentView(
            transaction_id=self.transaction_id,
            method=self.method,
            status=self.status,
            amount=self.amount.amount,
            attempts=self.attempts,
            processed_at=self.processed_at,
            failure_code=self.failure_code,
            failure_reason=self.failure_reason,
            refunded=self.refunded.amount,
            charged_at=self.charged_at,
            next_action_uri=self.next_action_uri,
        )
