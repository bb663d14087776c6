"""The orders of the write database, with what their jobs say, as of one moment for each call."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.bulk import as_json
from chassis.db.engine import make_sessions
from chassis.db.failures import translated
from order_svc.adapters.orders import SqlOrders
from order_svc.commands.settle_refund import settled
from order_svc.domain.order import Order
from order_svc.reconciliation.domain.books import StoredOrder

_PAGE = text("SELECT id FROM orders WHERE id > :after ORDER BY id LIMIT :limit")
_BUSY = text(
    "SELECT DISTINCT CAST(payload ->> 'order_id' AS bigint) FROM job WHERE state IN ('READY', 'RUNNING') "
    "AND CAST(payload ->> 'order_id' AS bigint) IN "
    "(SELECT CAST(value AS bigint) FROM jsonb_array_elements_text(CAST(:ids AS jsonb)))"
)
_DECIDED_ON = text(
    "SELECT payload ->> 'refund_id' FROM job WHERE state = 'DEAD' AND kind = 'return_money' "
    "AND CAST(payload ->> 'order_id' AS bigint) IN "
    "(SELECT CAST(value AS bigint) FROM jsonb_array_elements_text(CAST(:ids AS jsonb)))"
)
_SETTLED = text("SELECT id FROM idempotency_key WHERE id IN (SELECT jsonb_array_elements_text(CAST(:keys AS jsonb)))")
_TRANSACTIONS = text(
    "SELECT id, transaction_id FROM payment WHERE id IN "
    "(SELECT CAST(value AS bigint) FROM jsonb_array_elements_text(CAST(:ids AS jsonb)))"
)
_HOLD_KEYS = text(
    "SELECT payment.id, job.payload ->> 'hold_key' AS hold_key FROM payment "
    "JOIN job ON job.kind = 'charge' AND job.key = payment.transaction_id WHERE payment.id IN "
    "(SELECT CAST(value AS bigint) FROM jsonb_array_elements_text(CAST(:ids AS jsonb)))"
)


class SqlOrderBooks:
    """OrderBooks on the write database."""

    def __init__(self, write: AsyncEngine) -> None:
        # All statements of a session see the database as of the first one.
        self._sessions = make_sessions(write.execution_options(isolation_level="REPEATABLE READ"))

    async def page(self, *, after: int, limit: int) -> list[int]:
        with translated():
            async with self._sessions() as session:
                return list((await session.execute(_PAGE, {"after": after, "limit": limit})).scalars())

    async def orders(self, order_ids: Collection[int]) -> Mapping[int, StoredOrder]:
        wanted = {"ids": as_json(list(order_ids))}
        with translated():
            async with self._sessions() as session:
                found = await SqlOrders(session).look(list(order_ids))
                busy = set((await session.execute(_BUSY, wanted)).scalars())
                refunds = {settled(refund_id).id: refund_id for one in found.values() for refund_id in _refund_ids(one)}
                by_hand = set((await session.execute(_DECIDED_ON, wanted)).scalars())
                paid = (await session.execute(_SETTLED, {"keys": as_json(list(refunds))})).scalars()
                by_hand |= {refunds[key] for key in paid}
                keys = {row.id: row.hold_key for row in await session.execute(_HOLD_KEYS, wanted)}
        return {
            id: StoredOrder(
                order=order,
                is_busy=id in busy,
                hold_key=keys.get(id) or "",
                by_hand=frozenset(by_hand.intersection(_refund_ids(order))),
            )
            for id, order in found.items()
        }

    async def transactions(self, order_ids: Collection[int]) -> Mapping[int, str]:
        with translated():
            async with self._sessions() as session:
                rows = await session.execute(_TRANSACTIONS, {"ids": as_json(list(order_ids))})
                return {row.id: row.transaction_id for row in rows}

    async def placed_holds(self, order_ids: Collection[int]) -> set[int]:
        with translated():
            async with self._sessions() as session:
                return await SqlOrders(session).placed_holds(list(order_ids))


def _refund_ids(order: Order) -> list[str]:
    """Of all its refunds, and of what is returned of any of its payments as a whole."""
    payments = [order.payment.transaction_id, *(one.transaction_id for one in order.earlier_payments)]
    return [*(refund.refund_id for refund in order.refunds), *(f"{id}/all" for id in payments)]
