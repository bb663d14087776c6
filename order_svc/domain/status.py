"""The statuses of orders and payments, and every allowed transition: those in MOVES, and no other."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from chassis.errors import AppError, Kind


class Status(StrEnum):
    """The status of an order."""

    PENDING = "PENDING"
    CONFIRMED = "CONFIRMED"
    PAID = "PAID"
    SHIPPED = "SHIPPED"
    DELIVERED = "DELIVERED"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"

    @property
    def contract_name(self) -> str:
        """The name that the contract has for it, which all texts for callers use."""
        return f"ORDER_STATUS_{self.name}"

    @property
    def is_final(self) -> bool:
        """No other status can follow."""
        return not MOVES[self]


# Every allowed transition and its cause; docs/orders.md is generated from this.
MOVES: Mapping[Status, Mapping[Status, str]] = {
    Status.PENDING: {
        Status.CONFIRMED: "the stock has come",
        Status.CANCELLED: "CancelOrder, or it cannot be had any more",
    },
    Status.CONFIRMED: {
        Status.PAID: "charged",
        Status.SHIPPED: "ShipOrder, cash only",
        Status.CANCELLED: "CancelOrder",
        Status.FAILED: "refused or given up",
    },
    Status.PAID: {Status.SHIPPED: "ShipOrder", Status.CANCELLED: "CancelOrder, or all of it refunded"},
    Status.SHIPPED: {Status.DELIVERED: "DeliverOrder; cash is paid now"},
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

    @property
    def contract_name(self) -> str:
        """The name that the contract has for it, which all texts for callers use."""
        return f"PAYMENT_METHOD_{self.name}"


class PaymentStatus(StrEnum):
    """The status of a payment."""

    PENDING = "PENDING"
    REQUIRES_ACTION = "REQUIRES_ACTION"
    PAID = "PAID"
    FAILED = "FAILED"
    REFUNDED = "REFUNDED"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    CANCELLED = "CANCELLED"

    @property
    def contract_name(self) -> str:
        """The name that the contract has for it, which all texts for callers use."""
        return f"PAYMENT_STATUS_{self.name}"


class PaymentOutcome(StrEnum):
    """The outcome of one attempt to charge. REQUIRES_ACTION ends none: the shopper does."""

    CHARGED = "CHARGED"
    REFUSED = "REFUSED"
    TRANSIENT = "TRANSIENT"
    GIVEN_UP = "GIVEN_UP"
    REQUIRES_ACTION = "REQUIRES_ACTION"


class FailureCode(StrEnum):
    """Why a payment has not been made; the names are those of easyorder.order.v1.PaymentFailureCode."""

    DECLINED = "DECLINED"
    METHOD_UNSUPPORTED = "METHOD_UNSUPPORTED"
    PROVIDER_UNAVAILABLE = "PROVIDER_UNAVAILABLE"
    OUT_OF_STOCK = "OUT_OF_STOCK"
    INCENTIVE_LOST = "INCENTIVE_LOST"
    ACTION_EXPIRED = "ACTION_EXPIRED"


class CancelReason(StrEnum):
    """Why an order was cancelled; the names are those of easyorder.order.v1.CancelReason."""

    REQUESTED = "REQUESTED"
    OUT_OF_STOCK = "OUT_OF_STOCK"
    WITHDRAWN = "WITHDRAWN"
    INCENTIVE_LOST = "INCENTIVE_LOST"
    REFUNDED = "REFUNDED"


class RefundState(StrEnum):
    """The state of a refund; the names are those of the contract."""

    PROMISED = "PROMISED"
    GIVEN = "GIVEN"


class IllegalTransition(AppError):
    """The order cannot change from its status to the requested one."""

    kind, reason = Kind.FAILED_PRECONDITION, "ILLEGAL_TRANSITION"

    @classmethod
    def of(cls, present: Status, wanted: Status) -> IllegalTransition:
        return cls(
            f"the order is {present.contract_name} and cannot become {wanted.contract_name}",
            metadata={"fromStatus": present.contract_name, "toStatus": wanted.contract_name},
        )


def check_move(present: Status, wanted: Status) -> None:
    """Raises IllegalTransition unless MOVES allows it."""
    if wanted not in MOVES[present]:
        raise IllegalTransition.of(present, wanted)
