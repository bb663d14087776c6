"""GetOrder: one order, as far as the read side knows it."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from order_svc.domain.views import OrderView
from order_svc.queries.read_model import OrderRow, views_of, whole_orders


async def get_order(session: AsyncSession, order_id: int) -> OrderView | None:
    """None when it is not there, or not the caller's to see."""
    return next(iter(await views_of(session, whole_orders().where(OrderRow.id == order_id))), None)
