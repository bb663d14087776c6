"""RecordAction: write what the shopper has done about a payment that they were to confirm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chassis.clock import Clock
from chassis.errors import AppError
from chassis.mediator import Command
from order_svc.payment.commands.ledger_uow import LedgerUow
from order_svc.payment.domain.provider import ProviderPayment


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAction(Command[ProviderPayment]):
    transaction_id: str


async def record_actions(
    batch: Sequence[RecordAction], uow: LedgerUow, *, clock: Clock
) -> Sequence[ProviderPayment | AppError]:
    """The payment as it stands now, for each command."""
    transactions = await uow.ledger.transactions({cmd.transaction_id for cmd in batch})
    for transaction in transactions.values():
        transaction.act(at=clock.now())
    await uow.ledger.append(transactions.values())
    return [transactions[cmd.transaction_id].payment for cmd in batch]
