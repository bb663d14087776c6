"""GetOrder: one order, as the read side has it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from order_svc.domain.views import OrderView
from order_svc.queries.read_model import OrderRow, views_of


async def get_order(session: AsyncSession, order_id: int) -> OrderView | None:
    """None if there is no such order, or the caller may not see it."""
    return next(iter(await views_of(session, select(OrderRow).where(OrderRow.id == order_id))), None)
