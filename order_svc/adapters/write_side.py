"""Single orders from the write side, for callers that cannot wait for the read side."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from chassis.db.failures import translated
from order_svc.adapters.orders import SqlOrders
from order_svc.domain.views import OrderView


class WriteSideOrders:
    """Reads without locks. The ownership filter applies."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        self._sessions = sessions

    async def load(self, order_id: int) -> OrderView:
        """Raises OrderNotFound if there is no such order, or the caller may not see it."""
        with translated():
            async with self._sessions() as session:
                return (await SqlOrders(session).read(order_id)).view()
