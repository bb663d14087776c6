"""The SQL unit of work of this service."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.db.unit_of_work import SqlUnitOfWork
from chassis.events import Event
from order_svc.adapters.open_jobs import SqlOpenJobs
from order_svc.adapters.orders import SqlOrders
from order_svc.adapters.recent_orders import RecentOrders
from order_svc.adapters.refunds import SqlRefunds
from order_svc.messages.encoded_orders import EncodedOrders
from order_svc.messages.event_contents import EventContents


class SqlOrderUow(SqlUnitOfWork):
    """One transaction on the write database."""

    def __init__(self, session: AsyncSession, *, recent: RecentOrders, encoded: EncodedOrders, **chassis: Any) -> None:
        super().__init__(session, **chassis)
        self.serialised = encoded.encode
        self._contents = EventContents(encoded)
        self.open_jobs = SqlOpenJobs(session)
        self.orders = SqlOrders(session, recent)
        self.refunds = SqlRefunds(session)

    def emit(self, *events: Event) -> None:
        super().emit(*map(self._contents.added_to, events))

    async def commit(self) -> str | None:
        await self.orders.guard()
        position = await super().commit()
        self.orders.committed()
        return position
