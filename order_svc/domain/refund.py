"""Refund: money that was promised back, until the provider has given it. Each is given once, under its refund_id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from chassis.errors import AppError, Kind
from chassis.money import Money


class RefundExceedsCharge(AppError):
    """More was to be given back than is left of the charge. metadata: requested, left."""

    kind, reason = Kind.FAILED_PRECONDITION, "REFUND_EXCEEDS_CHARGE"

    @classmethod
    def of(cls, *, requested: Money, remaining: Money) -> RefundExceedsCharge:
        return cls(
            f"{requested} can not be refunded: {remaining} of what was charged is left",
            metadata={"requested": str(requested), "left": str(remaining)},
        )


@dataclass(slots=True, kw_only=True)
class Refund:
    """`refund_id` is its idempotency key at the provider, for ever. `done_at` is when the money was given."""

    refund_id: str
    order_id: int
    transaction_id: str
    amount: Money
    reason: str
    requested_at: datetime
    done_at: datetime | None = None


def given(refunds: Iterable[Refund], currency: str) -> Money:
    """What the provider has given so far."""
    return Money.sum((refund.amount for refund in refunds if refund.done_at is not None), currency)
