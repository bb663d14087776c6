"""The SQL unit of work of comparisons, on the write database."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Date, Row, TableClause, bindparam, delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.db.bulk import as_json, columns_of, inserting
from chassis.db.unit_of_work import SqlUnitOfWork
from chassis.jobs import LeaseLost
from order_svc.payment_comparison.domain.comparison import MOST_DIFFERENCES, Comparison, Stage
from order_svc.payment_comparison.domain.differences import Difference
from order_svc.payment_comparison.domain.movements import MovementKey, MovementKind, ProviderMovement, ProviderState
from order_svc.payment_comparison.tables import (
    COMPARISON,
    DIFFERENCE,
    LISTED,
    comparison_of,
    difference_row,
    listed_of,
)

# Of two processes that begin a day at once, the second waits, and then finds it begun.
_BEGIN = (
    "INSERT INTO payment_comparison AS c (day) VALUES (:day) ON CONFLICT (day) DO UPDATE SET run = c.run + 1, "
    "stage = 'LIST', cursor = '', provider_count = 0, ledger_count = 0, foreign_count = 0, in_transit_count = 0, "
    "difference_count = 0, started_at = now(), finished_at = NULL"
)
_DAY = bindparam("day", type_=Date)
_BEGIN_ALWAYS = text(f"WITH begun AS ({_BEGIN} RETURNING day) SELECT day FROM begun").bindparams(_DAY)
# By the database's clock: the hour of the night after the day. Before, the provider's list may not be complete.
_NIGHT = "(CAST({day} AS timestamp) + make_interval(days => 1, hours => :hour)) AT TIME ZONE 'UTC'"
_AGAIN = (
    f"c.finished_at IS NOT NULL AND (c.started_at < {_NIGHT.format(day='c.day')} "
    "OR c.in_transit_count > 0 AND c.finished_at < now() - interval '20 hours')"
)
_BEGIN_IF_DUE = text(f"WITH begun AS ({_BEGIN} WHERE {_AGAIN} RETURNING day) SELECT day FROM begun").bindparams(_DAY)
# After a week nobody asks any more what became of a day that nobody has compared, unless something was in transit then.
_DUE = text(
    "SELECT d.day FROM (SELECT CAST(:day AS date) - n AS day FROM generate_series(0, 6) AS n "
    "UNION SELECT day FROM payment_comparison WHERE in_transit_count > 0 AND day < CAST(:day AS date)) AS d "
    "LEFT JOIN payment_comparison AS c ON c.day = d.day "
    "WHERE d.day >= least((SELECT min(day) FROM payment_comparison), CAST(:day AS date)) "
    f"AND (c.day IS NULL OR {_AGAIN}) AND {_NIGHT.format(day='d.day')} <= now() ORDER BY d.day"
).bindparams(_DAY)
# An array, so that the index is used whatever the statistics of a table that was just filled.
_OF_TRANSACTIONS = text("transaction_id = ANY(ARRAY(SELECT jsonb_array_elements_text(CAST(:ids AS jsonb))))")
_IS_LIVE = LISTED.c.state != ProviderState.FAILED.value


class SqlComparisons:
    """The comparisons of a session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def begin(self, day: date, *, if_due_at: int | None = None) -> Comparison | None:
        values: dict[str, Any] = {"day": day}
        if if_due_at is None:
            begun = await self._session.execute(_BEGIN_ALWAYS, values)
        else:
            begun = await self._session.execute(_BEGIN_IF_DUE, values | {"hour": if_due_at})
        if begun.first() is None:
            return None
        for table in (LISTED, DIFFERENCE):
            await self._session.execute(delete(table).where(table.c.day == day))
        return await self.get(day)

    async def due(self, yesterday: date, *, hour: int) -> Sequence[date]:
        return list((await self._session.execute(_DUE, {"day": yesterday, "hour": hour})).scalars())

    async def purge(self, before: date) -> None:
        await self._session.execute(delete(COMPARISON).where(COMPARISON.c.day < before))

    async def get(self, day: date) -> Comparison | None:
        row = (await self._session.execute(select(COMPARISON).where(COMPARISON.c.day == day))).first()
        return None if row is None else comparison_of(row)

    async def advance(
        self,
        comparison: Comparison,
        *,
        stage: Stage,
        cursor: str = "",
        listed: Sequence[ProviderMovement] = (),
        foreign: int = 0,
        of_ledger: int = 0,
        in_transit: int = 0,
        differences: Sequence[Difference] = (),
    ) -> Comparison:
        day, stored = comparison.day, COMPARISON.c
        moved = {
            "stage": stage.value,
            "cursor": cursor,
            "provider_count": stored.provider_count + len(listed),
            "foreign_count": stored.foreign_count + foreign,
            "ledger_count": stored.ledger_count + of_ledger,
            "in_transit_count": stored.in_transit_count + in_transit,
            "difference_count": stored.difference_count + len(differences),
            "finished_at": func.now() if stage is Stage.DONE else None,
        }
        here = (stored.day == day, stored.run == comparison.run, stored.stage == comparison.stage.value)
        where = (*here, stored.cursor == comparison.cursor)
        # As a CTE: psqlODBC reports no columns of an UPDATE … RETURNING that matched no row.
        written = update(COMPARISON).where(*where).values(moved).returning(*stored).cte("written")
        row = (await self._session.execute(select(written))).first()
        if row is None:
            raise LeaseLost("another process compares the payments of this day")
        await self._insert(LISTED, day, row.provider_count - len(listed), [_listed_row(one) for one in listed])
        named = row.difference_count - len(differences)
        rows = [difference_row(one) for one in differences[: max(0, MOST_DIFFERENCES - named)]]
        await self._insert(DIFFERENCE, day, named, rows)
        if stage is Stage.DONE:
            await self._session.execute(delete(LISTED).where(LISTED.c.day == day))
        return comparison_of(row)

    async def listed(self, day: date, *, after: int, limit: int) -> Sequence[tuple[int, ProviderMovement, bool]]:
        query = select(LISTED).where(LISTED.c.day == day, LISTED.c.number > after, _IS_LIVE)
        rows = (await self._session.execute(query.order_by(LISTED.c.number).limit(limit))).all()
        movements = [listed_of(row) for row in rows]
        first: dict[MovementKey, int] = {}
        for row in await self._of(day, {movement.transaction_id for movement in movements}, _IS_LIVE):
            first.setdefault(listed_of(row).key, row.number)
        return [
            # Refunds that somebody made by hand have no key.
            (row.number, one, first[one.key] < row.number and (one.kind is MovementKind.CHARGE or bool(one.refund_id)))
            for row, one in zip(rows, movements, strict=True)
        ]

    async def listed_of(self, day: date, transaction_ids: Collection[str]) -> Mapping[MovementKey, ProviderMovement]:
        found = map(listed_of, await self._of(day, transaction_ids))
        return {movement.key: movement for movement in sorted(found, key=lambda movement: movement.is_live)}

    async def _of(self, day: date, transaction_ids: Collection[str], *where: Any) -> Sequence[Row[Any]]:
        query = select(LISTED).where(LISTED.c.day == day, _OF_TRANSACTIONS, *where).order_by(LISTED.c.number)
        return (await self._session.execute(query, {"ids": as_json(list(transaction_ids))})).all()

    async def _insert(self, table: TableClause, day: date, after: int, rows: Sequence[dict[str, Any]]) -> None:
        numbered = [{"day": day, "number": number, **row} for number, row in enumerate(rows, after + 1)]
        if numbered:
            statement = text(inserting(table, columns_of(numbered[0])))
            await self._session.execute(statement, {"rows": as_json(numbered)})


class SqlComparisonUow(SqlUnitOfWork):
    """One transaction."""

    def __init__(self, session: AsyncSession, **chassis: Any) -> None:
        super().__init__(session, **chassis)
        self.comparisons = SqlComparisons(session)


def _listed_row(movement: ProviderMovement) -> dict[str, Any]:
    return {
        "id": movement.id,
        "kind": movement.kind.value,
        "transaction_id": movement.transaction_id,
        "refund_id": movement.refund_id,
        "order_id": movement.order_id,
        "amount": movement.amount.amount,
        "currency": movement.amount.currency,
        "state": movement.state.value,
        "created_at": movement.created_at,
    }
