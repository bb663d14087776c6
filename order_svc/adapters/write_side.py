"""Single orders from the write side, for callers that cannot wait for the read side."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import make_sessions
from chassis.db.failures import translated
from order_svc.adapters.open_jobs import SqlOpenJobs
from order_svc.adapters.orders import SqlOrders
from order_svc.domain.order import Order
from order_svc.domain.views import OrderView


class WriteSideOrders:
    """Reads each order as of one moment, without locks. The ownership filter applies."""

    def __init__(self, write: AsyncEngine) -> None:
        # All statements of a session see the database as of the first one.
        self._sessions = make_sessions(write.execution_options(isolation_level="REPEATABLE READ"))

    async def read(self, order_id: int) -> Order:
        """Raises OrderNotFound if there is no such order, or the caller may not see it."""
        with translated():
            async with self._sessions() as session:
                return await SqlOrders(session).read(order_id)

    async def load(self, order_id: int) -> OrderView:
        """The public view of what `read` returns."""
        return (await self.read(order_id)).view()

    async def has_open_job(self, kind: str, key: str) -> bool:
        with translated():
            async with self._sessions() as session:
                return await SqlOpenJobs(session).is_open(kind, key)
