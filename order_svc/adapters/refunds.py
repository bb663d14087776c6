"""Writes refunds to SQL, of one order at a time: callers lock the order's row first."""

from __future__ import annotations

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.context import current
from chassis.db.writes import enqueue_insert, enqueue_update
from order_svc.adapters.tables import RefundRow
from order_svc.domain.order import Order
from order_svc.domain.refund import Refund

_REFUNDS: Table = RefundRow.__table__  # type: ignore[assignment]


class SqlRefunds:
    """The refunds of the write database, in this session's transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, refund: Refund, order: Order) -> None:
        row = {
            "refund_id": refund.refund_id,
            "order_id": refund.order_id,
            "transaction_id": refund.transaction_id,
            "amount": refund.amount.amount,
            "currency": refund.amount.currency,
            "reason": refund.reason,
            "items": refund.items,
            "requested_at": refund.requested_at,
            "done_at": refund.done_at,
            "restock": refund.restock,
            "created_on": refund.requested_at,
            "created_by": order.owner,
            "team_id": order.owner_team,
            "modified_on": refund.requested_at,
            "modified_by": current().caller.id,
            "is_deleted": False,
        }
        await enqueue_insert(self._session, _REFUNDS, [row])

    async def save(self, refund: Refund) -> None:
        done = {"refund_id": refund.refund_id, "done_at": refund.done_at}
        await enqueue_update(self._session, _REFUNDS, [done], match=["refund_id"])
