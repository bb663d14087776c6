"""RecordCharge: decide and write one attempt to charge; a transaction takes any number of attempts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chassis.clock import Clock
from chassis.errors import AppError
from chassis.mediator import Command
from order_svc.payment.commands.ledger_uow import LedgerUow
from order_svc.payment.domain.ledger import Transaction
from order_svc.payment.domain.provider import Charge, ProviderPayment
from order_svc.payment.domain.tokens import CardBehaviour


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """The result of an attempt; `answered` is false if the caller must get no reply."""

    payment: ProviderPayment
    answered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCharge(Command[Attempt]):
    charge: Charge
    card: CardBehaviour


async def record_charges(
    batch: Sequence[RecordCharge], uow: LedgerUow, *, clock: Clock
) -> Sequence[Attempt | AppError]:
    """An Attempt, or TransactionReused, for each command. An attempt without a reply is stored as well."""
    transactions = await uow.ledger.transactions({cmd.charge.transaction_id for cmd in batch})
    attempts = [_attempt(cmd, transactions[cmd.charge.transaction_id], clock) for cmd in batch]
    await uow.ledger.append(transactions.values())
    return attempts


def _attempt(cmd: RecordCharge, transaction: Transaction, clock: Clock) -> Attempt | AppError:
    try:
        answered = transaction.charge(cmd.charge, cmd.card, at=clock.now())
    except AppError as refusal:
        return refusal
    return Attempt(payment=transaction.payment, answered=answered)
