"""Balances: the charges and refunds of each transaction, summed from the provider's ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.types import Amount
from chassis.money import Money

_BALANCES = text(
    "SELECT transaction_id, order_id, currency, "
    "count(*) FILTER (WHERE kind = 'CHARGE') AS charges, "
    "sum(CASE kind WHEN 'CHARGE' THEN amount ELSE -amount END) AS net "
    "FROM ledger_entry WHERE kind IN ('CHARGE', 'REFUND') "
    "GROUP BY transaction_id, order_id, currency ORDER BY transaction_id"
).columns(net=Amount)


@dataclass(frozen=True, slots=True)
class Balance:
    """A transaction in which money moved. `charges` counts its charges; more than one is an error in the books."""

    transaction_id: str
    order_id: int
    charges: int
    net: Money


async def balances(payment: AsyncEngine) -> Sequence[Balance]:
    """All transactions in which money moved, from the database of the payment process."""
    async with payment.connect() as connection:
        rows = await connection.execute(_BALANCES)
        return [Balance(row.transaction_id, row.order_id, row.charges, Money(row.net, row.currency)) for row in rows]
