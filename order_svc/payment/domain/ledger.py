"""The ledger: entries are only ever added, and the entries of a transaction determine its state.

Each transaction is charged at most once, and never refunds more than it took. Its entries are numbered without a gap,
so of two writers that add the same number, one is refused and reads again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from chassis.errors import InvalidArgument
from chassis.money import Money
from order_svc.domain.refund import RefundExceedsCharge
from order_svc.payment.domain.errors import RefundReused, TransactionReused
from order_svc.payment.domain.provider import Charge, PaymentState, ProviderPayment, Refund, StoredTransaction
from order_svc.payment.domain.tokens import CardBehaviour


class EntryKind(Enum):
    """The kind of an entry."""

    CHARGE = "CHARGE"
    REFUND = "REFUND"
    REFUSAL = "REFUSAL"
    # An attempt whose caller got no reply.
    TRANSIENT = "TRANSIENT"
    # Refunded before it was charged: it will never be charged.
    VOID = "VOID"
    # The shopper has to confirm it; `reason` says what the shopper does.
    ACTION = "ACTION"


_OUTCOMES = frozenset({EntryKind.CHARGE, EntryKind.REFUSAL, EntryKind.VOID})
_ATTEMPTS = frozenset({EntryKind.CHARGE, EntryKind.REFUSAL, EntryKind.TRANSIENT, EntryKind.ACTION})
_ACTS = re.compile(r"the shopper (confirms|declines) after (\d+) ms")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the ledger. `ordinal` counts the entries of a transaction from 1."""

    transaction_id: str
    ordinal: int
    kind: EntryKind
    amount: Money
    recorded_on: datetime
    order_id: int | None = None
    refund_id: str | None = None
    reason: str = ""


class Transaction:
    """The entries of one transaction_id, and the rules for the next ones."""

    def __init__(self, id: str, entries: Iterable[Entry] = ()) -> None:
        self.id = id
        self._entries = list(entries)
        self._written = len(self._entries)

    @property
    def entries(self) -> Sequence[Entry]:
        """All entries, oldest first."""
        return tuple(self._entries)

    @property
    def unwritten(self) -> Sequence[Entry]:
        """The entries that were added since the transaction was read."""
        return self._entries[self._written :]

    @property
    def payment(self) -> ProviderPayment:
        """The state of the transaction."""
        outcome = self._outcome
        if outcome is None:
            # A name that nobody can have (RFC 6761): the sandbox has no page.
            uri = f"https://bank.invalid/confirm/{self.id}" if self._action else ""
            state = PaymentState.REQUIRES_ACTION if uri else PaymentState.UNSPECIFIED
            return ProviderPayment(transaction_id=self.id, state=state, next_action_uri=uri)
        refunds = [entry for entry in self._entries if entry.kind is EntryKind.REFUND]
        charged = outcome.amount if outcome.kind is EntryKind.CHARGE else None
        refunded = Money.sum((entry.amount for entry in refunds), outcome.amount.currency) if refunds else None
        all_back = bool(refunds) and refunded == charged
        return ProviderPayment(
            transaction_id=self.id,
            state=PaymentState.REFUNDED if all_back else _STATES[outcome.kind],
            charged=charged,
            refunded=refunded,
            processed_at=refunds[-1].recorded_on if all_back else outcome.recorded_on,
            failure_reason=outcome.reason,
            charged_at=outcome.recorded_on if charged else None,
        )

    @property
    def stored(self) -> StoredTransaction:
        """The transaction with its refunds."""
        return StoredTransaction(
            payment=self.payment,
            order_id=next((entry.order_id for entry in self._entries if entry.order_id), 0),
            refunds=tuple(
                (entry.refund_id or "", entry.amount) for entry in self._entries if entry.kind is EntryKind.REFUND
            ),
        )

    def charge(self, charge: Charge, card: CardBehaviour, *, at: datetime) -> bool:
        """Decides the outcome of an attempt, unless it is decided. Returns whether the caller gets a reply.

        Raises TransactionReused if an earlier attempt was for another amount or order.
        """
        attempts = [entry for entry in self._entries if entry.kind in _ATTEMPTS]
        if any((entry.amount, entry.order_id) != (charge.amount, charge.order_id) for entry in attempts):
            raise TransactionReused.of(self.id)
        self.act(at=at)
        if self._outcome is not None or self._action is not None:
            return True
        if card.action:
            self._add(EntryKind.ACTION, charge.amount, at, order_id=charge.order_id, reason=card.action)
            return True
        if len(attempts) < card.transient_failures:
            self._add(EntryKind.TRANSIENT, charge.amount, at, order_id=charge.order_id)
            return False
        kind = EntryKind.REFUSAL if card.refusal else EntryKind.CHARGE
        self._add(kind, charge.amount, at, order_id=charge.order_id, reason=card.refusal)
        return not card.loses_first_reply

    def act(self, *, at: datetime) -> None:
        """Does what the shopper does about a payment that requires an action, if the time has come."""
        asked = self._action
        acts = _ACTS.fullmatch(asked.reason) if asked and self._outcome is None else None
        if asked is None or acts is None or at < asked.recorded_on + timedelta(milliseconds=int(acts[2])):
            return
        if acts[1] == "confirms":
            self._add(EntryKind.CHARGE, asked.amount, at, order_id=asked.order_id)
        else:
            self._add(EntryKind.REFUSAL, asked.amount, at, order_id=asked.order_id, reason="the shopper declined it")

    def refund(self, refund: Refund, *, at: datetime) -> None:
        """Refunds; voids a transaction without an outcome, so that no charge can follow.

        If the charge was refused or voided there is nothing to refund, and nothing changes.
        Raises RefundExceedsCharge, RefundReused, InvalidArgument for another currency.
        """
        earlier = next((entry for entry in self._entries if entry.refund_id == refund.refund_id), None)
        if earlier is not None:
            if earlier.amount != refund.amount:
                raise RefundReused.of(refund.refund_id)
            return
        self.act(at=at)
        outcome = self._outcome
        if outcome is None:
            reason = refund.reason or "refunded before it was charged"
            self._add(EntryKind.VOID, refund.amount, at, refund_id=refund.refund_id, reason=reason)
        elif outcome.kind is EntryKind.CHARGE:
            self._check_left(outcome, refund)
            refunded = EntryKind.REFUND, refund.amount, at
            self._add(*refunded, order_id=outcome.order_id, refund_id=refund.refund_id, reason=refund.reason)

    @property
    def _outcome(self) -> Entry | None:
        return next((entry for entry in self._entries if entry.kind in _OUTCOMES), None)

    @property
    def _action(self) -> Entry | None:
        return next((entry for entry in self._entries if entry.kind is EntryKind.ACTION), None)

    def _check_left(self, charge: Entry, refund: Refund) -> None:
        currency = charge.amount.currency
        if refund.amount.currency != currency:
            raise InvalidArgument.of("amount.currencyCode", f"must be that of the charge, {currency}")
        refunds = (entry.amount for entry in self._entries if entry.kind is EntryKind.REFUND)
        remaining = charge.amount - Money.sum(refunds, currency)
        if (remaining - refund.amount).is_negative:
            raise RefundExceedsCharge.of(requested=refund.amount, remaining=remaining)

    def _add(
        self,
        kind: EntryKind,
        amount: Money,
        at: datetime,
        *,
        order_id: int | None = None,
        refund_id: str | None = None,
        reason: str = "",
    ) -> None:
        self._entries.append(
            Entry(
                transaction_id=self.id,
                ordinal=len(self._entries) + 1,
                kind=kind,
                amount=amount,
                recorded_on=at,
                order_id=order_id,
                refund_id=refund_id,
                reason=reason,
            )
        )


_STATES = {
    EntryKind.CHARGE: PaymentState.CHARGED,
    EntryKind.REFUSAL: PaymentState.REFUSED,
    EntryKind.VOID: PaymentState.VOIDED,
}


class Ledger(Protocol):
    """The entries of all transactions, within one database transaction."""

    async def transactions(self, ids: Iterable[str]) -> Mapping[str, Transaction]:
        """A transaction for each id, without entries if nothing was recorded."""

    async def ids_after(self, id: str, *, limit: int) -> list[str]:
        """The ids of transactions that sort after that one, sorted, `limit` at most."""

    async def moved(self, start: datetime, end: datetime, *, after: tuple[str, int], limit: int) -> list[Entry]:
        """Charges and refunds of a period that sort after that transaction and ordinal, sorted by both."""

    async def refunded_by(self, refund_ids: Iterable[str]) -> Mapping[str, str]:
        """Maps the refund_ids that were used to their transaction_ids."""

    async def append(self, transactions: Iterable[Transaction]) -> None:
        """Writes the unwritten entries. Raises Conflict if another writer added to a transaction meanwhile."""
