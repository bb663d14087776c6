"""What we keep of our payments at Stripe, durably: which payment intent is a transaction's, and under which keys it is
spoken of.

Stripe forgets idempotency keys after a day and its search lags behind; a payment intent is for ever and is charged at
most once. So a transaction is charged at most once when it never has two intents that are confirmed: that is what is
kept here (docs/adr/0013-one-payment-intent-for-each-transaction.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from chassis.money import Money
from order_svc.payment.domain.errors import RefundReused, TransactionReused
from order_svc.payment.domain.provider import Charge, Refund


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A transaction and its payment intent; `intent_id` is None until Stripe has made one.

    `void_reason` is set once the transaction must not be charged any more. `generation` counts how often Stripe ended a
    try without deciding it, and will answer the same to the same key for a day.
    """

    transaction_id: str
    intent_id: str | None = None
    order_id: int | None = None
    amount: Money | None = None
    generation: int = 0
    void_reason: str | None = None

    def check(self, charge: Charge) -> None:
        """Raises TransactionReused when the transaction was for another amount or order."""
        if self.amount is not None and (self.amount, self.order_id) != (charge.amount, charge.order_id):
            raise TransactionReused.of(self.transaction_id)

    def key(self, step: str) -> str:
        """The idempotency key under which a step of this transaction is tried, and tried again."""
        return f"{self.transaction_id}/{step}/{self.generation}"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRefund:
    """A refund that was asked for; `made_as` is Stripe's id of it, None while it is not known to be made."""

    refund_id: str
    transaction_id: str
    amount: Money
    made_as: str | None = None
    generation: int = 0

    def check(self, refund: Refund) -> None:
        """Raises RefundReused when the refund_id was for another amount or transaction."""
        if (self.transaction_id, self.amount) != (refund.transaction_id, refund.amount):
            raise RefundReused.of(self.refund_id)

    @property
    def key(self) -> str:
        """The idempotency key under which it is asked for, and asked for again."""
        return f"{self.refund_id}/{self.generation}"


class Intents(Protocol):
    """Each call is a transaction of its own; of several at once, one comes first and the others see what it wrote."""

    async def find(self, transaction_id: str) -> Intent | None: ...

    async def begin(self, charge: Charge) -> Intent:
        """Keeps what the transaction is for, unless something is kept already. Answers what is kept."""
        ...

    async def adopt(self, transaction_id: str, intent_id: str) -> Intent:
        """Gives the transaction its payment intent, unless it has one or is void. Answers what is kept."""
        ...

    async def void(self, transaction_id: str, reason: str) -> Intent:
        """Nothing is to be charged from now on, nor was it if there is no intent yet. Answers what is kept."""
        ...

    async def next_generation(self, intent: Intent) -> None:
        """The next try has new keys. Nothing happens when another try saw to that."""
        ...

    async def begin_refund(self, refund: Refund) -> KeptRefund:
        """Keeps that the refund is asked for, unless its id is kept already. Answers what is kept."""
        ...

    async def made(self, refund: KeptRefund, stripe_id: str) -> None:
        """The refund was made."""
        ...

    async def next_refund_generation(self, refund: KeptRefund) -> None:
        """The next try to make the refund has a new key. Nothing happens when another try saw to that."""
        ...
