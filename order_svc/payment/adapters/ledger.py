"""The ledger in PostgreSQL: a batch of any size takes one SELECT and one INSERT."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Row, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.db.bulk import as_json
from chassis.db.types import UtcDateTime
from chassis.db.unit_of_work import SqlUnitOfWork
from chassis.db.writes import UNLOCKED, enqueue_insert
from chassis.money import Money
from order_svc.payment.adapters.tables import LEDGER_ENTRY
from order_svc.payment.domain.ledger import Entry, EntryKind, Transaction

_COLUMNS = ", ".join(LEDGER_ENTRY.c.keys())
_OF_TRANSACTIONS = text(
    f"SELECT {_COLUMNS} FROM ledger_entry "
    "WHERE transaction_id IN (SELECT jsonb_array_elements_text(CAST(:ids AS jsonb))) ORDER BY transaction_id, ordinal"
).columns(*LEDGER_ENTRY.c)
_IDS_AFTER = text(
    "SELECT DISTINCT transaction_id FROM ledger_entry WHERE transaction_id > :id ORDER BY transaction_id LIMIT :limit"
)
_MOVED = (
    text(
        f"SELECT {_COLUMNS} FROM ledger_entry WHERE kind IN ('CHARGE', 'REFUND') "
        "AND recorded_on >= :start AND recorded_on < :end "
        "AND (transaction_id, ordinal) > (CAST(:id AS text), CAST(:ordinal AS integer)) "
        "ORDER BY transaction_id, ordinal LIMIT :limit"
    )
    .bindparams(bindparam("start", type_=UtcDateTime), bindparam("end", type_=UtcDateTime))
    .columns(*LEDGER_ENTRY.c)
)
_OF_REFUNDS = text(
    "SELECT refund_id, transaction_id FROM ledger_entry "
    "WHERE refund_id IN (SELECT jsonb_array_elements_text(CAST(:ids AS jsonb)))"
)


class SqlLedger:
    """The Ledger within the transaction of a session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def transactions(self, ids: Iterable[str]) -> Mapping[str, Transaction]:
        wanted = list(ids)
        rows = await self._session.execute(_OF_TRANSACTIONS, {"ids": as_json(wanted)}, execution_options=UNLOCKED)
        known = {
            id: Transaction(id, map(_entry, group)) for id, group in groupby(rows, key=attrgetter("transaction_id"))
        }
        return {id: known.get(id) or Transaction(id) for id in wanted}

    async def ids_after(self, id: str, *, limit: int) -> list[str]:
        return list(
            (await self._session.execute(_IDS_AFTER, {"id": id, "limit": limit}, execution_options=UNLOCKED)).scalars()
        )

    async def moved(self, start: datetime, end: datetime, *, after: tuple[str, int], limit: int) -> list[Entry]:
        wanted = {"start": start, "end": end, "id": after[0], "ordinal": after[1], "limit": limit}
        return [_entry(row) for row in await self._session.execute(_MOVED, wanted, execution_options=UNLOCKED)]

    async def refunded_by(self, refund_ids: Iterable[str]) -> Mapping[str, str]:
        rows = await self._session.execute(_OF_REFUNDS, {"ids": as_json(list(refund_ids))}, execution_options=UNLOCKED)
        return {row.refund_id: row.transaction_id for row in rows}

    async def append(self, transactions: Iterable[Transaction]) -> None:
        # Always in the same order, so that two writers wait for each other instead of deadlocking.
        changed = sorted(transactions, key=attrgetter("id"))
        rows = [_row(entry) for transaction in changed for entry in transaction.unwritten]
        await enqueue_insert(self._session, LEDGER_ENTRY, rows)


class SqlLedgerUow(SqlUnitOfWork):
    """A unit of work on the database of the ledger."""

    def __init__(self, session: AsyncSession, **chassis: Any) -> None:
        super().__init__(session, **chassis)
        self.ledger = SqlLedger(session)


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        transaction_id=row.transaction_id,
        ordinal=row.ordinal,
        kind=EntryKind(row.kind),
        amount=Money(row.amount, row.currency),
        recorded_on=row.recorded_on,
        order_id=row.order_id,
        refund_id=row.refund_id,
        reason=row.reason,
    )


def _row(entry: Entry) -> dict[str, object]:
    return {
        "transaction_id": entry.transaction_id,
        "ordinal": entry.ordinal,
        "kind": entry.kind.value,
        "amount": entry.amount.amount,
        "currency": entry.amount.currency,
        "order_id": entry.order_id,
        "refund_id": entry.refund_id,
        "reason": entry.reason,
        "recorded_on": entry.recorded_on,
    }
