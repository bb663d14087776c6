"""The sandbox's ledger in memory: the same promises as SqlLedger, without a database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

from chassis.errors import Conflict
from chassis.unit_of_work import OpenUnitOfWork
from order_svc.payment.commands.ledger_uow import LedgerUow
from order_svc.payment.domain.ledger import Entry, EntryKind, Transaction
from tests.fakes.chassis import ChassisState, FakeClock, InMemoryUnitOfWork, in_memory_units_of_work

_OUTCOMES = {EntryKind.CHARGE, EntryKind.REFUSAL, EntryKind.VOID}


@dataclass
class LedgerState(ChassisState):
    """What is durable."""

    entries: list[Entry] = field(default_factory=list)


class InMemoryLedger:
    def __init__(self, state: LedgerState) -> None:
        self._state = state

    async def transactions(self, ids: Iterable[str]) -> Mapping[str, Transaction]:
        return {id: Transaction(id, [e for e in self._state.entries if e.transaction_id == id]) for id in ids}

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
