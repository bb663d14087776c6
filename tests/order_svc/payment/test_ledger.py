"""The contract of every Ledger, on the fake and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from chassis.errors import Conflict
from chassis.unit_of_work import OpenUnitOfWork
from order_svc.payment.commands.ledger_uow import LedgerUow
from order_svc.payment.domain.ledger import Transaction
from order_svc.payment.domain.tokens import CardBehaviour
from tests.order_svc.payment.builders import a_charge, a_refund

NOON = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
OpenLedger = Callable[[], OpenUnitOfWork[LedgerUow]]


def charged(id: str = "t-1", token: str = "tok_ok") -> Transaction:
    transaction = Transaction(id)
    transaction.charge(a_charge(id, token), CardBehaviour.of(token), at=NOON)
    return transaction


async def written(open_ledger: OpenLedger, *transactions: Transaction) -> None:
    async with open_ledger()() as uow:
        await uow.ledger.append(transactions)
        await uow.commit()


async def read(open_ledger: OpenLedger, id: str = "t-1") -> Transaction:
    async with open_ledger()() as uow:
        return (await uow.ledger.transactions([id]))[id]


async def test_entries_come_back_as_they_were_written(open_ledger: OpenLedger) -> None:
    transaction = charged(token="tok_flaky_1")
    transaction.charge(a_charge(token="tok_flaky_1"), CardBehaviour.of("tok_flaky_1"), at=NOON)
    transaction.refund(a_refund("r-1", "4.00", reason="one shoe"), at=NOON)
    await written(open_ledger, transaction)

    found = await read(open_ledger)

    assert found.entries == transaction.entries
    assert found.unwritten == []
    assert found.payment == transaction.payment


async def test_each_transaction_has_its_own_entries(open_ledger: OpenLedger) -> None:
    await written(open_ledger, charged("t-1"), charged("t-2", "tok_declined"), charged("t-11"))

    async with open_ledger()() as uow:
        found = await uow.ledger.transactions(["t-1", "t-2", "t-3"])

    assert {id: len(transaction.entries) for id, transaction in found.items()} == {"t-1": 1, "t-2": 1, "t-3": 0}


async def test_nothing_is_written_without_a_commit(open_ledger: OpenLedger) -> None:
    async with open_ledger()() as uow:
        await uow.ledger.append([charged()])

    assert (await read(open_ledger)).entries == ()


async def test_of_two_that_add_to_one_transaction_the_second_is_refused(open_ledger: OpenLedger) -> None:
    await written(open_ledger, charged())
    first, second = await read(open_ledger), await read(open_ledger)
    first.refund(a_refund("r-1", "6.00"), at=NOON)
    second.refund(a_refund("r-2", "6.00"), at=NOON)
    await written(open_ledger, first)

    with pytest.raises(Conflict):
        await written(open_ledger, second, charged("t-2"))

    assert (await read(open_ledger)).entries == first.entries
    assert (await read(open_ledger, "t-2")).entries == ()


async def test_a_refund_id_is_found_and_not_written_twice(open_ledger: OpenLedger) -> None:
    first, second = charged("t-1"), charged("t-2")
    first.refund(a_refund("r-1"), at=NOON)
    second.refund(a_refund("r-1"), at=NOON)
    await written(open_ledger, first)

    async with open_ledger()() as uow:
        assert await uow.ledger.refunded_by(["r-1", "r-2"]) == {"r-1": "t-1"}
    with pytest.raises(Conflict):
        await written(open_ledger, second)
    assert (await read(open_ledger, "t-2")).entries == ()
