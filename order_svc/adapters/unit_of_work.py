"""The SQL unit of work of this service."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.db.unit_of_work import SqlUnitOfWork
from order_svc.adapters.open_jobs import SqlOpenJobs
from order_svc.adapters.orders import SqlOrders
from order_svc.adapters.recent_orders import RecentOrders
from order_svc.adapters.refunds import SqlRefunds


class SqlOrderUow(SqlUnitOfWork):
    """One transaction on the write database."""

    def __init__(self, session: AsyncSession, *, recent: RecentOrders, **chassis: Any) -> None:
        super().__init__(session, **chassis)
        self.open_jobs = SqlOpenJobs(session)
        self.orders = SqlOrders(session, recent)
        self.refunds = SqlRefunds(session)

    async def commit(self) -> str | None:
        await self.orders.guard()
        position = await super().commit()
        self.orders.committed()
        return position
