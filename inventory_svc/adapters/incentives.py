"""Incentives in SQL: locked in id order, with uses as a counter; points are summed over a shopper's reservations."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

from sqlalchemy import Select, Table, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.db.bulk import as_json, rows_of
from chassis.db.writes import enqueue_insert, enqueue_update
from inventory_svc.adapters.tables import IncentiveRow, RedemptionRow
from inventory_svc.domain.errors import IncentiveNotFound
from inventory_svc.domain.incentive import Incentive
from inventory_svc.domain.incentive_set import IncentiveLocks, IncentiveSet
from inventory_svc.domain.keys import key_of
from inventory_svc.queries.incentives import incentive_of

_INCENTIVES: Table = IncentiveRow.__table__  # type: ignore[assignment]
_REDEMPTIONS: Table = RedemptionRow.__table__  # type: ignore[assignment]

_IDS = "SELECT CAST(value AS bigint) FROM jsonb_array_elements_text(CAST(:ids AS jsonb))"
_CODES = "SELECT value FROM jsonb_array_elements_text(CAST(:codes AS jsonb))"
_LOOK: Select[Any] = (
    select(_INCENTIVES).where(text(f"(id IN ({_IDS}) OR code_key IN ({_CODES}))")).order_by(_INCENTIVES.c.id)
)
_LOCK = _LOOK.with_for_update()
_FIND_LOCKED = text(
    f"WITH needed AS MATERIALIZED (SELECT id, code_key FROM incentive WHERE code_key IN ({_CODES})), "
    "free AS MATERIALIZED (SELECT id FROM incentive WHERE id IN (SELECT id FROM needed) FOR UPDATE SKIP LOCKED) "
    "SELECT code_key FROM needed WHERE id NOT IN (SELECT id FROM free)"
)
_USED_BY = text(
    "SELECT incentive_id, user_id, count(*) AS uses FROM redemption WHERE (incentive_id, user_id) IN "
    "(SELECT incentive_id, user_id "
    "FROM jsonb_to_recordset(CAST(:wanted AS jsonb)) AS wanted(incentive_id bigint, user_id text)) "
    "GROUP BY incentive_id, user_id"
)
# Serialises transactions that spend the same shopper's points. Locks are taken in one order to avoid deadlocks.
_USERS = "SELECT DISTINCT value AS id FROM jsonb_array_elements_text(CAST(:users AS jsonb)) ORDER BY value"
_LOCK_USERS = text(f"SELECT pg_advisory_xact_lock(hashtextextended(id, 0)) FROM ({_USERS}) AS spender")
# A separate statement after the lock, so that it sees points spent by earlier holders of the lock.
_POINTS = text(
    "SELECT user_id, CAST(sum(CASE WHEN state = 'COMMITTED' AND paid THEN points_earned ELSE 0 END) "
    "- sum(points_spent) AS bigint) AS points FROM reservation WHERE state NOT IN ('RELEASED', 'EXPIRED') "
    "AND (points_spent > 0 OR points_earned > 0) "
    f"AND user_id IN (SELECT id FROM ({_USERS}) AS spender) GROUP BY user_id"
)
_RELEASE = text(
    f"DELETE FROM redemption AS t USING {rows_of(_REDEMPTIONS)} "
    "WHERE t.incentive_id = r.incentive_id AND t.order_id = r.order_id"
)


class SqlIncentives:
    """The incentives of the write database, in this session's transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self, lock_requests: Iterable[IncentiveLocks]) -> IncentiveSet:
        lock_requests = list(lock_requests)
        spenders = {incentive_locks.user_id for incentive_locks in lock_requests if incentive_locks.spends_points}
        incentives = await self._incentives(_LOCK, lock_requests)
        if spenders:
            await self._session.execute(_LOCK_USERS, {"users": as_json(list(spenders))})
        return await self._incentive_set(incentives, lock_requests)

    async def find_locked(self, codes: Iterable[str]) -> dict[Hashable, Hashable]:
        """The codes, as written, whose incentives other transactions have locked."""
        keys = {code: key_of(code) for code in codes}
        locked = set((await self._session.execute(_FIND_LOCKED, {"codes": as_json(list(keys.values()))})).scalars())
        return {("code", code): ("code", key) for code, key in keys.items() if key in locked}

    async def look(self, incentive_locks: IncentiveLocks) -> IncentiveSet:
        return await self._incentive_set(await self._incentives(_LOOK, [incentive_locks]), [incentive_locks])

    async def save(self, incentive_set: IncentiveSet) -> None:
        moved = [{"id": id, "uses": by} for id, by in incentive_set.moved().items()]
        # Increments the counter instead of setting it: if a lock were ever missing, the CHECK would fail.
        await enqueue_update(self._session, _INCENTIVES, moved, match=["id"], add=["uses"])
        if incentive_set.released:
            await self._session.execute(_RELEASE, {"rows": as_json(list(incentive_set.released.values()))})
        redeemed = [
            {"incentive_id": redemption.incentive_id, "order_id": redemption.order_id, "user_id": redemption.user_id}
            for redemption in incentive_set.redeemed.values()
        ]
        await enqueue_insert(self._session, _REDEMPTIONS, redeemed)

    async def points_of(self, user_id: str) -> int:
        """A shopper's points; below 0 when the order that earned them was released after they were spent."""
        return (await self._points([user_id])).get(user_id, 0)

    async def id_of(self, code: str) -> int | None:
        return await self._session.scalar(select(_INCENTIVES.c.id).where(_INCENTIVES.c.code_key == key_of(code)))

    async def add(self, incentive: Incentive) -> Incentive:
        row = IncentiveRow(**_columns(incentive), code_key=key_of(incentive.code), uses=0)
        self._session.add(row)
        await self._session.flush()
        return incentive_of(row)

    async def get(self, incentive_id: int) -> Incentive:
        return incentive_of(await self._row(incentive_id))

    async def replace(self, incentive: Incentive) -> Incentive:
        row = await self._row(incentive.id)
        # An unchanged code keeps its key: codes from before 0.2.0 that differ only in case have their text as key.
        if row.code != incentive.code:
            row.code_key = key_of(incentive.code)
        for name, value in _columns(incentive).items():
            setattr(row, name, value)
        await self._session.flush()
        return incentive_of(row)

    async def _row(self, incentive_id: int) -> IncentiveRow:
        found = await self._session.scalar(
            select(IncentiveRow).where(IncentiveRow.id == incentive_id).with_for_update()
        )
        if found is None:
            raise IncentiveNotFound.of(incentive_id)
        return found

    async def _incentives(self, statement: Select[Any], lock_requests: Sequence[IncentiveLocks]) -> list[Incentive]:
        ids = {id for incentive_locks in lock_requests for id in incentive_locks.incentive_ids}
        written = {code.strip() for incentive_locks in lock_requests for code in incentive_locks.codes}
        codes = written | set(map(key_of, written))
        if not ids and not codes:
            return []
        wanted = {"ids": as_json(list(ids)), "codes": as_json(list(codes))}
        return [incentive_of(row) for row in await self._session.execute(statement, wanted)]

    async def _incentive_set(
        self, incentives: Sequence[Incentive], lock_requests: Sequence[IncentiveLocks]
    ) -> IncentiveSet:
        limited = [incentive for incentive in incentives if incentive.max_uses_per_user is not None]
        wanted = [
            {"incentive_id": incentive.id, "user_id": incentive_locks.user_id}
            for incentive in limited
            for incentive_locks in lock_requests
            if incentive.id in incentive_locks.incentive_ids
            or key_of(incentive.code) in map(key_of, incentive_locks.codes)
        ]
        used = (await self._session.execute(_USED_BY, {"wanted": as_json(wanted)})).all() if wanted else []
        return IncentiveSet(
            incentives,
            {(row.incentive_id, row.user_id): row.uses for row in used},
            await self._points(
                [incentive_locks.user_id for incentive_locks in lock_requests if incentive_locks.spends_points]
            ),
        )

    async def _points(self, user_ids: Sequence[str]) -> dict[str, int]:
        if not user_ids:
            return {}
        found = await self._session.execute(_POINTS, {"users": as_json(user_ids)})
        return {row.user_id: row.points for row in found}


def _columns(incentive: Incentive) -> dict[str, Any]:
    least = incentive.min_total
    return {
        "code": incentive.code,
        "kind": incentive.kind.value,
        "value": incentive.value,
        "currency": incentive.currency,
        "starts": incentive.starts,
        "ends": incentive.ends,
        "min_total": least and least.amount,
        "min_total_currency": least and least.currency,
        "product_item_ids": list(incentive.product_item_ids),
        "max_uses": incentive.max_uses,
        "max_uses_per_user": incentive.max_uses_per_user,
        "stackable": incentive.stackable,
        "buy_quantity": incentive.buy_quantity,
        "get_quantity": incentive.get_quantity,
        "active": incentive.active,
        "revision": incentive.revision,
    }
