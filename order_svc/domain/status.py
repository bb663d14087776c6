"""Where an order and its payment can stand, and every move there is: nothing moves that is not in MOVES."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from chassis.errors import AppError, Kind


class Status(StrEnum):
    """Where an order stands; the names are those of easyorder.order.v1.OrderStatus."""

    PENDING = "PENDING"
    CONFIRMED = "CONFIRMED"
    PAID = "PAID"
    SHIPPED = "SHIPPED"
    DELIVERED = "DELIVERED"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"

    @property
    def is_settled(self) -> bool:
        """Checkout is over: what comes after is delivery, or nothing."""
        return self in _SETTLED


_SETTLED = {Status.PAID, Status.DELIVERED, Status.CANCELLED, Status.FAILED}

# Every move there is, and what makes it; docs/orders.md is drawn from this.
MOVES: Mapping[Status, Mapping[Status, str]] = {
    Status.PENDING: {
        Status.CONFIRMED: "the stock has come",
        Status.CANCELLED: "CancelOrder, or it can not be had any more",
    },
    Status.CONFIRMED: {
        Status.PAID: "charged",
        Status.SHIPPED: "SetOrderStatus, cash only",
        Status.CANCELLED: "CancelOrder",
        Status.FAILED: "refused or given up",
    },
    Status.PAID: {Status.SHIPPED: "SetOrderStatus", Status.CANCELLED: "CancelOrder, or all of it refunded"},
    Status.SHIPPED: {Status.DELIVERED: "SetOrderStatus; cash is paid now"},
    Status.DELIVERED: {},
    Status.CANCELLED: {},
    Status.FAILED: {Status.CONFIRMED: "RetryPayment"},
}


class PaymentMethod(StrEnum):
    """How an order is paid."""

    CARD = "CARD"
    PAYPAL = "PAYPAL"
    WALLET = "WALLET"
    CASH = "CASH"


class PaymentStatus(StrEnum):
    """Where a payment stands."""

    PENDING = "PENDING"
    PAID = "PAID"
    FAILED = "FAILED"
    REFUNDED = "REFUNDED"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    CANCELLED = "CANCELLED"


class PaymentOutcome(StrEnum):
    """How one attempt to charge ended."""

    CHARGED = "CHARGED"
    REFUSED = "REFUSED"
    TRANSIENT = "TRANSIENT"
    GIVEN_UP = "GIVEN_UP"


class RefundState(StrEnum):
    """How far a refund has come; the names are those of the contract."""

    PROMISED = "PROMISED"
    GIVEN = "GIVEN"


class IllegalTransition(AppError):
    """The order can not go there from where it is."""

    kind, reason = Kind.FAILED_PRECONDITION, "ILLEGAL_TRANSITION"

    @classmethod
    def of(cls, present: Status, wanted: Status) -> IllegalTransition:
        return cls(
            f"the order is {present.value} and can not become {wanted.value}",
            metadata={"from": present.value, "to": wanted.value},
        )


def check_move(present: Status, wanted: Status) -> None:
    """Raises IllegalTransition unless MOVES has it."""
    if wanted not in MOVES[present]:
        raise IllegalTransition.of(present, wanted)
