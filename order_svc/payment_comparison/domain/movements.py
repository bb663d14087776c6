"""Money that moved: as the provider's own books have it, and as orders have it, which is the shop's ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from chassis.money import Money
from order_svc.domain.order import Order
from order_svc.domain.status import PaymentMethod, PaymentStatus, RefundState
from order_svc.domain.views import PaymentView

_CHARGED = {PaymentStatus.PAID, PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED}


class MovementKind(StrEnum):
    """The direction of the money."""

    CHARGE = "CHARGE"
    REFUND = "REFUND"


class ProviderState(StrEnum):
    """What became of a movement at the provider; the names are those of the contract."""

    SUCCEEDED = "SUCCEEDED"
    PENDING = "PENDING"
    FAILED = "FAILED"


# The kind, and the idempotency keys of the charge and of the refund.
MovementKey: TypeAlias = tuple[MovementKind, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderMovement:
    """`id` is the provider's. `order_id` is 0, and `refund_id` empty, where the provider was not told."""

    id: str
    kind: MovementKind
    transaction_id: str
    refund_id: str
    order_id: int
    amount: Money
    state: ProviderState
    created_at: datetime

    @property
    def key(self) -> MovementKey:
        return self.kind, self.transaction_id, self.refund_id

    @property
    def is_live(self) -> bool:
        """Whether the money has moved, or is about to."""
        return self.state is not ProviderState.FAILED


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerMovement:
    """`moved_at` is when the shop recorded that the money moved; None if it did not, as far as the shop knows."""

    kind: MovementKind
    transaction_id: str
    refund_id: str
    order_id: int
    amount: Money
    status: str
    moved_at: datetime | None

    @property
    def key(self) -> MovementKey:
        return self.kind, self.transaction_id, self.refund_id


def ledger_of(order: Order) -> list[LedgerMovement]:
    """All movements through a provider that an order knows of, also those that are only promised or were refused."""
    found = []
    for payment in (*order.earlier_payments, order.payment.view()):
        if payment.method is not PaymentMethod.CASH and payment.amount:
            found += _of_payment(payment, order)
    for refund in order.refunds:
        if order.payment.method is not PaymentMethod.CASH and refund.amount.amount:
            found.append(
                LedgerMovement(
                    kind=MovementKind.REFUND,
                    transaction_id=refund.transaction_id,
                    refund_id=refund.refund_id,
                    order_id=order.id,
                    amount=refund.amount,
                    status=(RefundState.PROMISED if refund.done_at is None else RefundState.GIVEN).value,
                    moved_at=refund.done_at,
                )
            )
    return found


def _of_payment(payment: PaymentView, order: Order) -> list[LedgerMovement]:
    """The charge, and its return if it was charged without paying for the order."""
    charged_at = payment.charged_at
    if charged_at is None and payment.status in _CHARGED:
        charged_at = order.paid_at
    charge = LedgerMovement(
        kind=MovementKind.CHARGE,
        transaction_id=payment.transaction_id,
        refund_id="",
        order_id=order.id,
        amount=Money(payment.amount, order.currency),
        status=payment.status.value,
        moved_at=charged_at,
    )
    if payment.charged_at is None or payment.status is not PaymentStatus.REFUNDED:
        return [charge]
    returned = LedgerMovement(
        kind=MovementKind.REFUND,
        transaction_id=payment.transaction_id,
        # As order_svc.commands.jobs.return_charge names it.
        refund_id=f"{payment.transaction_id}/all",
        order_id=order.id,
        amount=charge.amount,
        status=RefundState.GIVEN.value,
        moved_at=payment.processed_at,
    )
    return [charge, returned]
