"""Refund: money promised to the shopper, until the provider has paid it. Each is paid once, by its refund_id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from chassis.errors import AppError, InvalidArgument, Kind
from chassis.money import Money
from order_svc.domain.status import RefundState
from order_svc.domain.views import RefundView


class RefundExceedsCharge(AppError):
    """The refund is larger than what remains of the charge. metadata: requested, remaining."""

    kind, reason = Kind.FAILED_PRECONDITION, "REFUND_EXCEEDS_CHARGE"

    @classmethod
    def of(cls, *, requested: Money, remaining: Money) -> RefundExceedsCharge:
        if not remaining.amount:
            message = "nothing is left of the charge that could be refunded"
        else:
            message = f"{requested} cannot be refunded: only {remaining} is left of the charge"
        return cls(
            message,
            metadata={"requested": str(requested), "remaining": str(remaining)},
        )


class TooManyRefunds(AppError):
    """The order has all the refunds that it may have: only all that remains can still be refunded."""

    kind, reason = Kind.FAILED_PRECONDITION, "TOO_MANY_REFUNDS"


@dataclass(slots=True, kw_only=True)
class Refund:
    """`refund_id` is its permanent idempotency key at the provider. `done_at` is when the provider paid it."""

    refund_id: str
    order_id: int
    transaction_id: str
    amount: Money
    reason: str
    requested_at: datetime
    # The returned pieces: pairs of product item id and quantity.
    items: tuple[tuple[int, int], ...] = ()
    done_at: datetime | None = None
    # Whether the pieces that it gives back go into stock again.
    restock: bool = True

    def view(self) -> RefundView:
        return RefundView(
            id=self.refund_id,
            amount=self.amount.amount,
            items=self.items,
            reason=self.reason,
            state=RefundState.PROMISED if self.done_at is None else RefundState.GIVEN,
            requested_at=self.requested_at,
            done_at=self.done_at,
            restock=self.restock,
        )


def refuse_nothing(requested: Money) -> None:
    """Raises InvalidArgument for a refund of 0."""
    if not requested.amount:
        raise InvalidArgument.of("amount", "must be more than 0")


def available(requested: Money | None, remaining: Money) -> Money:
    """The amount of a refund; None requests all that remains. Raises RefundExceedsCharge, and InvalidArgument for 0."""
    if requested is not None:
        refuse_nothing(requested)
    amount = remaining if requested is None else requested
    if not amount.amount or (remaining - amount).is_negative:
        raise RefundExceedsCharge.of(requested=amount, remaining=remaining)
    return amount


def given(refunds: Iterable[Refund], currency: str) -> Money:
    """The sum that the provider has paid so far."""
    return Money.sum((refund.amount for refund in refunds if refund.done_at is not None), currency)
