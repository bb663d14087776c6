"""What checkout asks of the payment process, and what it may hear."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chassis.money import Money
from order_svc.domain.status import PaymentMethod


@dataclass(frozen=True, slots=True)
class Charged:
    """The money was taken, then or before."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """It was not, and never will be in this transaction. `reason` is for the shopper."""

    reason: str


@dataclass(frozen=True, slots=True)
class Deferred:
    """Nothing to take now: paid on delivery."""


ChargeResult = Charged | Refused | Deferred


class Webhooks(Protocol):
    """Tells what a provider's message is about."""

    async def transaction_of(self, body: bytes, signature: str) -> str | None:
        """The transaction whose payment has moved; None where it is about none.

        Raises AppError: SIGNATURE_INVALID where it is not the provider's, WEBHOOK_NOT_OFFERED where none is expected.
        """
        ...


class Payments(Protocol):
    """Takes money and gives it back; every call can be repeated and is done once."""

    async def charge(
        self, *, transaction_id: str, order_id: int, method: PaymentMethod, token: str, amount: Money
    ) -> ChargeResult:
        """Once for each transaction_id.

        Any AppError means that the outcome is not known, and that the same call may tell it later.
        """
        ...

    async def refund(self, *, transaction_id: str, refund_id: str, amount: Money, reason: str = "") -> bool:
        """Gives `amount` back, once for each refund_id. False: nothing was taken, and now nothing ever will be.

        Raises AppError: REFUND_EXCEEDS_CHARGE when it is more than is left, else to be repeated.
        """
        ...

    async def find(self, transaction_id: str) -> ChargeResult | None:
        """How a transaction ended; None while it has not. One whose money all went back is Refused."""
        ...
