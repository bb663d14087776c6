"""Our durable records of payments at Stripe: the payment intent of each transaction, and its idempotency keys.

Stripe forgets idempotency keys after a day, and its search lags behind; a payment intent is permanent and is charged at
most once. So a transaction is charged at most once if it never has two confirmed intents, which these records ensure
(docs/adr/0013-one-payment-intent-for-each-transaction.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from chassis.money import Money
from order_svc.payment.domain.errors import RefundReused, TransactionReused
from order_svc.payment.domain.provider import Charge, Refund


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A transaction and its payment intent; `intent_id` is None until Stripe has created the intent.

    `void_reason` is set once the transaction must not be charged any more. `generation` counts the attempts that Stripe
    ended without an outcome; for a day, Stripe repeats its reply for their keys.
    """

    transaction_id: str
    intent_id: str | None = None
    order_id: int | None = None
    amount: Money | None = None
    generation: int = 0
    void_reason: str | None = None

    def check(self, charge: Charge) -> None:
        """Raises TransactionReused if the transaction was for another amount or order."""
        if self.amount is not None and (self.amount, self.order_id) != (charge.amount, charge.order_id):
            raise TransactionReused.of(self.transaction_id)

    def key(self, step: str) -> str:
        """The idempotency key for all attempts of a step of this transaction."""
        return f"{self.transaction_id}/{step}/{self.generation}"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRefund:
    """A requested refund; `made_as` is Stripe's id of it, None until Stripe is known to have created it."""

    refund_id: str
    transaction_id: str
    amount: Money
    made_as: str | None = None
    generation: int = 0
    # Stripe's id of the last one that failed after it was made.
    failed_as: str | None = None

    def check(self, refund: Refund) -> None:
        """Raises RefundReused if the refund_id was for another amount or transaction."""
        if (self.transaction_id, self.amount) != (refund.transaction_id, refund.amount):
            raise RefundReused.of(self.refund_id)

    @property
    def key(self) -> str:
        """The idempotency key for all attempts of this refund."""
        return f"{self.refund_id}/{self.generation}"


class Intents(Protocol):
    """Each call is a separate transaction; of concurrent calls, one writes first and the others see its record."""

    async def find(self, transaction_id: str) -> Intent | None: ...

    async def ids_after(self, id: str, *, limit: int) -> list[str]:
        """The ids of transactions that sort after that one, sorted, `limit` at most."""

    async def refunds_of(self, transaction_ids: Sequence[str]) -> list[KeptRefund]:
        """The refunds of these transactions that Stripe is known to have made, oldest first."""

    async def find_by_intent(self, intent_id: str) -> Intent | None:
        """The record of the transaction that has this payment intent."""

    async def begin(self, charge: Charge) -> Intent:
        """Records the purpose of the transaction, unless there is a record. Returns the record."""

    async def adopt(self, transaction_id: str, intent_id: str) -> Intent:
        """Records the payment intent of the transaction, unless it has one or is void. Returns the record."""

    async def void(self, transaction_id: str, reason: str) -> Intent:
        """Forbids any later charge; without an intent there was none before either. Returns the record."""

    async def next_generation(self, intent: Intent) -> Intent:
        """Gives the next attempt new keys, unless another attempt already did. Returns the record."""

    async def begin_refund(self, refund: Refund) -> KeptRefund:
        """Records that the refund is requested, unless its id is recorded already. Returns the record."""

    async def made(self, refund: KeptRefund, stripe_id: str) -> bool:
        """Records that Stripe has created the refund. False: that one is known to have failed, and nothing changes."""

    async def refund_failed(self, refund_id: str, stripe_id: str) -> KeptRefund | None:
        """Records that the refund that was made as `stripe_id` has failed, so that it can be made again.

        Returns the record, None if there is none. Another refund that was made since stays.
        """

    async def next_refund_generation(self, refund: KeptRefund) -> None:
        """Gives the next attempt of the refund a new key, unless another attempt already did."""
