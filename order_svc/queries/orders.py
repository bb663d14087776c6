"""The reads of this service: each waits, for a bounded time, until the caller's own writes are visible."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from chassis.context import Audience, current, request_context
from chassis.db.failures import translated
from chassis.errors import Unavailable
from order_svc.domain.order import OrderNotFound
from order_svc.domain.views import OrderView
from order_svc.queries.daily_report import CurrencyReport, daily_report
from order_svc.queries.export_orders import PAGE_SIZE, Cursor, csv_of, header, page_of_orders
from order_svc.queries.get_order import get_order
from order_svc.queries.list_orders import OrderPage, list_all_orders, list_orders

T = TypeVar("T")


class Fresh(Protocol):
    """Knows whether the read side has all writes of a caller."""

    async def wait(self, caller_id: str, position: str | None) -> bool:
        """Waits for a bounded time until the read side has them; false if it does not."""
        ...


class OrderQueries:
    """Reads the orders of the caller and of the caller's teams; all orders for administrators and services."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession], read_your_writes: Fresh) -> None:
        self._sessions = sessions
        self._freshness = read_your_writes

    async def get_order(self, order_id: int) -> OrderView:
        """Raises OrderNotFound, or Unavailable if the order may exist but is not projected yet."""
        fresh = await self._wait()
        order = await self._read(lambda session: get_order(session, order_id))
        if order is not None:
            return order
        if fresh:
            raise OrderNotFound.of(order_id)
        raise Unavailable(f"order {order_id} may be being written; try again", retry_after_s=1)

    async def list_orders(self, *, page_size: int = 0, page_token: str = "", filter: str = "") -> OrderPage:
        """The caller's own orders, even if the caller is an administrator. Raises InvalidArgument."""
        await self._wait()
        caller = current().caller
        shopper = replace(caller, audiences=caller.audiences - {Audience.ADMIN})
        with request_context(replace(current(), caller=shopper)):
            return await self._read(
                lambda session: list_orders(session, page_size=page_size, page_token=page_token, filter=filter)
            )

    async def list_all_orders(self, *, page_size: int = 0, page_token: str = "", filter: str = "") -> OrderPage:
        """The orders of all people, for administrators. Raises InvalidArgument."""
        await self._wait()
        return await self._read(
            lambda session: list_all_orders(session, page_size=page_size, page_token=page_token, filter=filter)
        )

    async def daily_report(self, day: date) -> list[CurrencyReport]:
        """The report over all orders, for administrators."""
        await self._wait()
        return await self._read(lambda session: daily_report(session, day))

    async def export_orders(self, first: date, last: date) -> AsyncIterator[bytes]:
        """The orders of all people as CSV, page by page; no connection is held while a page is sent."""
        await self._wait()
        yield header()
        after: Cursor | None = None
        while True:
            orders = await self._read(partial(page_of_orders, first=first, last=last, after=after))
            for part in csv_of(orders):
                yield part
            if len(orders) < PAGE_SIZE:
                return
            after = Cursor(orders[-1].placed_at, orders[-1].id)

    async def _wait(self) -> bool:
        request = current()
        with translated():
            return await self._freshness.wait(request.caller.id, request.position)

    async def _read(self, query: Callable[[AsyncSession], Awaitable[T]]) -> T:
        # Not cancelled with the call: a cancelled query can break its pooled connection.
        return await asyncio.shield(self._run(query))

    async def _run(self, query: Callable[[AsyncSession], Awaitable[T]]) -> T:
        with translated():
            async with self._sessions() as session:
                return await query(session)
