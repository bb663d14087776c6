"""Single orders as the write side has them, for whoever may not wait for the read side."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from chassis.db.failures import translated
from order_svc.adapters.orders import SqlOrders
from order_svc.domain.views import OrderView


class WriteSideOrders:
    """Reads without locks. Ownership applies, as everywhere."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        self._sessions = sessions

    async def load(self, order_id: int) -> OrderView:
        """Raises OrderNotFound when there is none, or it is not the caller's to see."""
        with translated():
            async with self._sessions() as session:
                return (await SqlOrders(session).read(order_id)).view()
