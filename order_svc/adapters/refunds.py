"""Refunds in SQL, of one order at a time: callers lock the order's row first."""

from __future__ import annotations

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.context import current
from chassis.db.writes import enqueue_insert, enqueue_update
from chassis.money import Money
from order_svc.adapters.tables import RefundRow
from order_svc.domain.order import Order
from order_svc.domain.refund import Refund

_REFUNDS: Table = RefundRow.__table__  # type: ignore[assignment]


class SqlRefunds:
    """The refunds of the write database, in this session's transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of(self, order_id: int) -> list[Refund]:
        # The bare table, so without the ownership filter: loading the order has checked access already.
        query = select(_REFUNDS).where(_REFUNDS.c.order_id == order_id).order_by(_REFUNDS.c.id)
        return [
            Refund(
                refund_id=row.refund_id,
                order_id=row.order_id,
                transaction_id=row.transaction_id,
                amount=Money(row.amount, row.currency),
                reason=row.reason,
                requested_at=row.requested_at,
                done_at=row.done_at,
            )
            for row in await self._session.execute(query)
        ]

    async def add(self, refund: Refund, order: Order) -> None:
        row = {
            "refund_id": refund.refund_id,
            "order_id": refund.order_id,
            "transaction_id": refund.transaction_id,
            "amount": refund.amount.amount,
            "currency": refund.amount.currency,
            "reason": refund.reason,
            "requested_at": refund.requested_at,
            "done_at": refund.done_at,
            "created_on": refund.requested_at,
            "created_by": order.owner,
            "created_by_team": order.owner_team,
            "modified_on": refund.requested_at,
            "modified_by": current().caller.id,
            "is_deleted": False,
        }
        await enqueue_insert(self._session, _REFUNDS, [row])

    async def save(self, refund: Refund) -> None:
        done = {"refund_id": refund.refund_id, "done_at": refund.done_at}
        await enqueue_update(self._session, _REFUNDS, [done], match=["refund_id"])
