"""The database of the ledger refuses invalid entries regardless of the code, and the balances are correct."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.failures import sqlstate
from order_svc.payment.bootstrap import ledger_on
from order_svc.payment.domain.ledger import Transaction
from order_svc.payment.domain.tokens import CardBehaviour
from tests.order_svc.payment.balances import Balance, balances
from tests.order_svc.payment.builders import a_charge, a_refund, usd

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
INSERT = """
    INSERT INTO ledger_entry (transaction_id, ordinal, kind, amount, currency, refund_id, reason, recorded_on)
    VALUES (:transaction_id, :ordinal, :kind, 10, 'USD', :refund_id, '', now())
"""


async def add(engine: AsyncEngine, transaction_id: str, ordinal: int, kind: str, refund_id: str | None = None) -> None:
    row = {"transaction_id": transaction_id, "ordinal": ordinal, "kind": kind, "refund_id": refund_id}
    async with engine.begin() as connection:
        await connection.execute(text(INSERT), row)


async def count(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        found: int = (await connection.execute(text("SELECT count(*) FROM ledger_entry"))).scalar_one()
        return found


@pytest.mark.parametrize(
    "change", ["UPDATE ledger_entry SET amount = 0", "DELETE FROM ledger_entry", "TRUNCATE ledger_entry"]
)
async def test_what_is_in_the_ledger_stays_as_it_is(ledger_engine: AsyncEngine, change: str) -> None:
    await add(ledger_engine, "t-1", 1, "CHARGE")

    with pytest.raises(DBAPIError, match="append-only"):
        async with ledger_engine.begin() as connection:
            await connection.execute(text(change))

    assert [balance.net for balance in await balances(ledger_engine)] == [usd("10.00")]


@pytest.mark.parametrize("first", [("CHARGE", None), ("REFUSAL", None), ("VOID", "r-1")])
@pytest.mark.parametrize("second", [("CHARGE", None), ("REFUSAL", None), ("VOID", "r-2")])
async def test_a_transaction_has_one_outcome(
    ledger_engine: AsyncEngine, first: tuple[str, str | None], second: tuple[str, str | None]
) -> None:
    await add(ledger_engine, "t-1", 1, *first)

    with pytest.raises(DBAPIError) as refusal:
        await add(ledger_engine, "t-1", 2, *second)

    assert sqlstate(refusal.value) == "23505"
    assert await count(ledger_engine) == 1


async def test_a_refund_id_is_used_once(ledger_engine: AsyncEngine) -> None:
    await add(ledger_engine, "t-1", 1, "REFUND", "r-1")

    with pytest.raises(DBAPIError) as refusal:
        await add(ledger_engine, "t-1", 2, "REFUND", "r-1")

    assert sqlstate(refusal.value) == "23505"
    assert await count(ledger_engine) == 1


async def test_balances_add_up_what_moved(ledger_engine: AsyncEngine) -> None:
    given_back, kept, declined = Transaction("t-1"), Transaction("t-2"), Transaction("t-3")
    given_back.charge(a_charge("t-1", order_id=1), CardBehaviour.of("tok_ok"), at=NOON)
    given_back.refund(a_refund("r-1", "10.00", transaction_id="t-1"), at=NOON)
    kept.charge(a_charge("t-2", order_id=2), CardBehaviour.of("tok_ok"), at=NOON)
    kept.refund(a_refund("r-2", "2.50", transaction_id="t-2"), at=NOON)
    declined.charge(a_charge("t-3"), CardBehaviour.of("tok_declined"), at=NOON)
    async with ledger_on(ledger_engine)() as uow:
        await uow.ledger.append([given_back, kept, declined])
        await uow.commit()

    assert await balances(ledger_engine) == [
        Balance("t-1", order_id=1, charges=1, net=usd("0.00")),
        Balance("t-2", order_id=2, charges=1, net=usd("7.50")),
    ]
