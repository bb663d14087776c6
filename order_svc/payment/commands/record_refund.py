"""RecordRefund: refund once for each refund_id, or forbid a charge that has not arrived yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chassis.clock import Clock
from chassis.errors import AppError
from chassis.mediator import Command
from order_svc.payment.commands.ledger_uow import LedgerUow
from order_svc.payment.domain.errors import RefundReused
from order_svc.payment.domain.ledger import Transaction
from order_svc.payment.domain.provider import ProviderPayment, Refund


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRefund(Command[ProviderPayment]):
    refund: Refund


async def record_refunds(
    batch: Sequence[RecordRefund], uow: LedgerUow, *, clock: Clock
) -> Sequence[ProviderPayment | AppError]:
    """For each command the payment after the refund, or RefundReused, RefundExceedsCharge or InvalidArgument."""
    refunds = [cmd.refund for cmd in batch]
    transactions = await uow.ledger.transactions({refund.transaction_id for refund in refunds})
    used_for = await uow.ledger.refunded_by({refund.refund_id for refund in refunds})
    results = [_refund(refund, transactions[refund.transaction_id], used_for, clock) for refund in refunds]
    await uow.ledger.append(transactions.values())
    return results


def _refund(
    refund: Refund, transaction: Transaction, used_for: Mapping[str, str], clock: Clock
) -> ProviderPayment | AppError:
    try:
        if used_for.get(refund.refund_id, transaction.id) != transaction.id:
            raise RefundReused.of(refund.refund_id)
        transaction.refund(refund, at=clock.now())
    except AppError as refusal:
        return refusal
    return transaction.payment
