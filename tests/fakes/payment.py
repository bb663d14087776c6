"""The records of the providers in memory, with the same contract as SqlLedger and SqlIntents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from chassis.errors import Conflict
from chassis.unit_of_work import OpenUnitOfWork
from order_svc.payment.adapters.stripe.intents import Intent, KeptRefund
from order_svc.payment.commands.ledger_uow import LedgerUow
from order_svc.payment.domain.ledger import Entry, EntryKind, Transaction
from order_svc.payment.domain.provider import Charge, Refund
from tests.fakes.chassis import ChassisState, FakeClock, InMemoryUnitOfWork, in_memory_units_of_work

_OUTCOMES = {EntryKind.CHARGE, EntryKind.REFUSAL, EntryKind.VOID}
_MOVES = {EntryKind.CHARGE, EntryKind.REFUND}


@dataclass
class LedgerState(ChassisState):
    """What is durable."""

    entries: list[Entry] = field(default_factory=list)


class InMemoryLedger:
    def __init__(self, state: LedgerState) -> None:
        self._state = state

    async def transactions(self, ids: Iterable[str]) -> Mapping[str, Transaction]:
        return {id: Transaction(id, [e for e in self._state.entries if e.transaction_id == id]) for id in ids}

    async def ids_after(self, id: str, *, limit: int) -> list[str]:
        return sorted({e.transaction_id for e in self._state.entries if e.transaction_id > id})[:limit]

    async def moved(self, start: datetime, end: datetime, *, after: tuple[str, int], limit: int) -> list[Entry]:
        found = [e for e in self._state.entries if e.kind in _MOVES and start <= e.recorded_on < end]
        found = [e for e in found if (e.transaction_id, e.ordinal) > after]
        return sorted(found, key=lambda e: (e.transaction_id, e.ordinal))[:limit]

    async def refunded_by(self, refund_ids: Iterable[str]) -> Mapping[str, str]:
        wanted = set(refund_ids)
        return {e.refund_id: e.transaction_id for e in self._state.entries if e.refund_id and e.refund_id in wanted}

    async def append(self, transactions: Iterable[Transaction]) -> None:
        for transaction in transactions:
            for entry in transaction.unwritten:
                if any(_collide(entry, written) for written in self._state.entries):
                    raise Conflict(f"{entry} collides")
                self._state.entries.append(entry)


class InMemoryLedgerUow(InMemoryUnitOfWork):
    def __init__(self, state: LedgerState, clock: FakeClock) -> None:
        super().__init__(state, clock)
        self.ledger = InMemoryLedger(state)


def in_memory_ledger(state: LedgerState | None = None) -> OpenUnitOfWork[LedgerUow]:
    """What a SandboxProvider opens."""
    return in_memory_units_of_work(partial(InMemoryLedgerUow, clock=FakeClock()), state or LedgerState())


def _collide(entry: Entry, written: Entry) -> bool:
    if entry.refund_id is not None and entry.refund_id == written.refund_id:
        return True
    if entry.transaction_id != written.transaction_id:
        return False
    return entry.ordinal == written.ordinal or {entry.kind, written.kind} <= _OUTCOMES


class InMemoryIntents:
    def __init__(self) -> None:
        self._intents: dict[str, Intent] = {}
        self._refunds: dict[str, KeptRefund] = {}

    async def find(self, transaction_id: str) -> Intent | None:
        return self._intents.get(transaction_id)

    async def ids_after(self, id: str, *, limit: int) -> list[str]:
        return sorted(known for known in self._intents if known > id)[:limit]

    async def refunds_of(self, transaction_ids: Sequence[str]) -> list[KeptRefund]:
        return [r for r in self._refunds.values() if r.transaction_id in transaction_ids and r.made_as is not None]

    async def find_by_intent(self, intent_id: str) -> Intent | None:
        return next((kept for kept in self._intents.values() if kept.intent_id == intent_id), None)

    async def begin(self, charge: Charge) -> Intent:
        id = charge.transaction_id
        return self._intents.setdefault(id, Intent(transaction_id=id, order_id=charge.order_id, amount=charge.amount))

    async def adopt(self, transaction_id: str, intent_id: str) -> Intent:
        kept = self._intents[transaction_id]
        if kept.intent_id is None and kept.void_reason is None:
            self._intents[transaction_id] = replace(kept, intent_id=intent_id)
        return self._intents[transaction_id]

    async def void(self, transaction_id: str, reason: str) -> Intent:
        kept = self._intents.get(transaction_id) or Intent(transaction_id=transaction_id)
        self._intents[transaction_id] = replace(kept, void_reason=kept.void_reason or reason)
        return self._intents[transaction_id]

    async def next_generation(self, intent: Intent) -> Intent:
        kept = self._intents[intent.transaction_id]
        if kept.generation == intent.generation:
            self._intents[intent.transaction_id] = replace(kept, generation=kept.generation + 1)
        return self._intents[intent.transaction_id]

    async def begin_refund(self, refund: Refund) -> KeptRefund:
        kept = KeptRefund(refund_id=refund.refund_id, transaction_id=refund.transaction_id, amount=refund.amount)
        return self._refunds.setdefault(refund.refund_id, kept)

    async def made(self, refund: KeptRefund, stripe_id: str) -> bool:
        kept = self._refunds[refund.refund_id]
        if kept.failed_as == stripe_id:
            return False
        self._refunds[refund.refund_id] = replace(kept, made_as=stripe_id)
        return True

    async def refund_failed(self, refund_id: str, stripe_id: str) -> KeptRefund | None:
        kept = self._refunds.get(refund_id)
        if kept and kept.made_as in (None, stripe_id) and kept.failed_as != stripe_id:
            failed = replace(kept, made_as=None, failed_as=stripe_id, generation=kept.generation + 1)
            self._refunds[refund_id] = failed
        return self._refunds.get(refund_id)

    async def next_refund_generation(self, refund: KeptRefund) -> None:
        kept = self._refunds[refund.refund_id]
        if kept.generation == refund.generation:
            self._refunds[refund.refund_id] = replace(kept, generation=kept.generation + 1)
