"""The port to the payment process: its calls and their possible results."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chassis.money import Money
from order_svc.domain.status import FailureCode, PaymentMethod


@dataclass(frozen=True, slots=True)
class Charged:
    """The money was taken, by this call or an earlier one."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """The money was not taken and never will be in this transaction. `reason` is for the shopper."""

    reason: str
    code: FailureCode = FailureCode.DECLINED


@dataclass(frozen=True, slots=True)
class ActionRequired:
    """The money is taken, or refused, once the shopper has acted at `uri`."""

    uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """A refund that failed after the provider had made it, or a dispute, as the provider confirms.

    `refund_id` is empty for a dispute. `is_harmless`: nobody has to do anything about it.
    """

    id: str
    order_id: int
    refund_id: str
    amount: Money
    status: str
    reason: str
    is_harmless: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a message of the provider is about: one of our transactions, and perhaps what went wrong with it.

    `charged_order_id` is the order that was charged, as the message says; 0 if it says something else.
    """

    transaction_id: str | None = None
    incident: Incident | None = None
    charged_order_id: int = 0


ChargeResult = Charged | Refused | ActionRequired


class Payments(Protocol):
    """Charges and refunds; every call can be repeated and takes effect once."""

    async def charge(
        self, *, transaction_id: str, order_id: int, method: PaymentMethod, token: str, amount: Money
    ) -> ChargeResult:
        """Charges once for each transaction_id.

        Any AppError means that the outcome is unknown; the same call reports it later.
        """

    async def record_charge(
        self, *, transaction_id: str, order_id: int, method: PaymentMethod, amount: Money
    ) -> ChargeResult:
        """Has a charge that was made written down again, as far as that is possible without a card."""

    async def refund(self, *, transaction_id: str, refund_id: str, amount: Money, reason: str = "") -> Charged | None:
        """Refunds `amount`, once for each refund_id, of the charge that is returned.

        None: nothing was charged, and nothing ever will be.

        Raises AppError: REFUND_EXCEEDS_CHARGE if less than `amount` remains; other errors can be retried.
        """

    async def find(self, transaction_id: str) -> ChargeResult | None:
        """The outcome of a transaction; None while undecided. A fully refunded transaction is Refused."""
