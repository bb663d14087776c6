"""The queries of order_svc on PostgreSQL, with a projector that a test runs explicitly."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.context import Caller, RequestContext, request_context
from chassis.db.engine import make_engine
from chassis.db.projector import Projector
from chassis.db.read_your_writes import ReadYourWrites
from order_svc.adapters.order_creators import OrderCreators
from order_svc.api.orders import OrderApi
from order_svc.domain.views import OrderView
from order_svc.projections import PROJECTED
from order_svc.queries.list_orders import OrderPage
from order_svc.queries.orders import OrderQueries
from tests.builders.order import SHOPPER, OrderBuilder
from tests.builders.order_ids import IDS, ORDERS
from tests.fakes.chassis import soon, unknown
from tests.order_svc.order_app import SqlOrderApp

PERSON = Caller.person(SHOPPER)


class SmallPatience(ReadYourWrites):
    """Waits only for a moment."""

    def __init__(self, write: AsyncEngine) -> None:
        super().__init__(write, flush=soon, read_time=unknown)

    async def wait(self, caller_id: str, position: str | None = None, timeout_s: float = 0.05) -> bool:
        return await super().wait(caller_id, position, timeout_s)


@dataclass
class OrderReads:
    """Both sides of order_svc."""

    app: SqlOrderApp
    queries: OrderQueries
    projector: Projector
    write: AsyncEngine
    read: AsyncEngine

    async def given(self, *builders: OrderBuilder) -> list[int]:
        """Writes and projects orders; answers their ids."""
        ids = [await self.app.given(builder) for builder in builders]
        await self.project()
        return ids

    async def project(self) -> None:
        while await self.projector.project():
            pass

    async def get(self, order_id: int, *, caller: Caller = PERSON, position: str | None = None) -> OrderView:
        with request_context(RequestContext(caller=caller, position=position)):
            return await self.queries.get_order(order_id)

    async def page(self, *, caller: Caller = PERSON, size: int = 0, token: str = "", filter: str = "") -> OrderPage:
        with request_context(RequestContext(caller=caller)):
            return await self.queries.list_orders(page_size=size, page_token=token, filter=filter)

    async def listed(self, *, caller: Caller = PERSON, filter: str = "") -> list[int]:
        """The ids on the first page."""
        return [order.id for order in (await self.page(caller=caller, filter=filter, size=50)).orders]

    async def all_listed(self, *, filter: str = "", size: int = 50) -> list[int]:
        """The ids of everybody's orders, page after page."""
        ids: list[int] = []
        token = ""
        with request_context(RequestContext(caller=Caller.person("admin-1", admin=True))):
            while True:
                page = await self.queries.list_all_orders(page_size=size, page_token=token, filter=filter)
                ids += [order.id for order in page.orders]
                token = page.next_page_token
                if not token:
                    return ids

    async def backends(self) -> set[int]:
        """The read database's processes that serve this test, but for those asked: a former one may be ending."""
        clients = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name <> 'look'"
        return set(await self._look(f"{clients} AND backend_type = 'client backend'"))

    async def backends_in_a_transaction(self) -> set[int]:
        """Those of `backends` that wait for the next statement of a transaction."""
        idle = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'"
        return set(await self._look(idle))

    async def somebody_waits(self) -> bool:
        """Whether a statement waits for a lock in the read database."""
        return bool(await self._look("SELECT pid FROM pg_locks WHERE NOT granted"))

    async def _look(self, query: str) -> list[int]:
        # On a connection of its own, so that those of the pool stay as they are.
        looking = make_engine(self.read.url, application_name="look", pool_size=1)
        try:
            async with looking.connect() as connection:
                own = await connection.scalar(text("SELECT pg_backend_pid()"))
                return [pid for pid in await connection.scalars(text(query)) if pid != own]
        finally:
            await looking.dispose()


@asynccontextmanager
async def order_reads(urls: Mapping[str, str]) -> AsyncIterator[OrderReads]:
    """On the databases of order_svc at `urls`."""
    write = make_engine(urls["easyorder_order_write"], application_name="tests")
    read = make_engine(urls["easyorder_order_read"], application_name="tests")
    yield OrderReads(
        app=SqlOrderApp(write),
        queries=OrderQueries(read, SmallPatience(write), IDS, OrderCreators(write).of),
        projector=Projector(write, read, PROJECTED),
        write=write,
        read=read,
    )
    await write.dispose()
    await read.dispose()


def order_api(queries: OrderQueries) -> OrderApi:
    """The rpcs that read; all others have nothing to work with."""
    nothing: Any = None
    return OrderApi(nothing, nothing, nothing, nothing, nothing, queries, ORDERS)
