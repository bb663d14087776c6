"""The reads of this service: each shows one moment, and first waits until the caller's own writes are visible."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from sqlalchemy import QueuePool
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.background import to_completion
from chassis.clock import Clock, SystemClock
from chassis.context import current
from chassis.db.failures import translated
from chassis.db.read_your_writes import ReadYourWrites
from foundation.csv_lines import lines
from foundation.time_zones import time_zone
from order_svc.domain.errors import OrderNotFound
from order_svc.domain.views import OrderView
from order_svc.order_ids import OrderIds
from order_svc.queries.daily_report import CurrencyReport, daily_report
from order_svc.queries.export_orders import (
    EXPORT_S,
    MAX_EXPORTS,
    ORDERS,
    PAGE_SIZE,
    Cursor,
    ExportTooSlow,
    ExportView,
    TooManyExports,
    limit_pauses,
    page_of_orders,
)
from order_svc.queries.get_order import get_order
from order_svc.queries.list_orders import OrderPage, list_all_orders, list_orders
from read_replica.reads import Reads, Sessions, sessions_of

T = TypeVar("T")
# Who placed an order, from the write side; None if there is none, or the caller may not see it.
CreatorOf = Callable[[int], Awaitable[str | None]]

_LAST_LINE_S = 1.0


class OrderQueries:
    """Reads the orders of the caller and of the caller's teams; all orders for administrators and services."""

    def __init__(
        self,
        read: Reads,
        read_your_writes: ReadYourWrites,
        ids: OrderIds,
        creator_of: CreatorOf,
        time_zone: str = "UTC",
        clock: Clock | None = None,
    ) -> None:
        # For a single statement, which needs no BEGIN and ROLLBACK; and for several, which all see one moment.
        self._for_one = sessions_of(read.execution_options(isolation_level="AUTOCOMMIT"))
        self._for_several = sessions_of(read.execution_options(isolation_level="REPEATABLE READ"))
        self._freshness = read_your_writes
        self._ids, self._creator_of, self._time_zone = ids, creator_of, time_zone
        self._clock = clock or SystemClock()
        # Exports leave at least half of the connections to the other reads.
        self._max_exports = min(MAX_EXPORTS, cast(QueuePool, read.sync_engine.pool).size() // 2)
        self._exports = 0

    async def get_order(self, order_id: int) -> OrderView:
        """Raises OrderNotFound, or Unavailable if the order exists but is not projected in time."""
        await self._wait()
        order = await self._freshness.find(
            lambda: self._read(lambda session: get_order(session, order_id)), lambda: self._creator_of(order_id)
        )
        if order is None:
            raise OrderNotFound.of()
        return order

    def zone(self, name: str = "") -> ZoneInfo:
        """The time zone of that name; the shop's without one. Raises ValueError."""
        return time_zone(name or self._time_zone)

    def today(self, zone: ZoneInfo) -> date:
        return self._clock.now().astimezone(zone).date()

    async def list_orders(
        self, *, page_size: int = 0, page_token: str = "", filter: str = "", zone: ZoneInfo | None = None
    ) -> OrderPage:
        """The orders that are the caller's own. Raises InvalidArgument."""
        return await self._page(
            partial(list_orders, page_size=page_size, page_token=page_token, filter=filter, zone=zone or self.zone())
        )

    async def list_all_orders(
        self, *, page_size: int = 0, page_token: str = "", filter: str = "", zone: ZoneInfo | None = None
    ) -> OrderPage:
        """The orders of all people, for administrators. Raises InvalidArgument."""
        return await self._page(
            partial(
                list_all_orders, page_size=page_size, page_token=page_token, filter=filter, zone=zone or self.zone()
            )
        )

    async def daily_report(self, day: date, zone: ZoneInfo | None = None) -> list[CurrencyReport]:
        """The report over all orders, for administrators."""
        await self._wait()
        report = partial(daily_report, date=day, zone=zone or self.zone())
        return await to_completion(self._run(self._for_several, report))

    async def export_orders(
        self, first: date, last: date, view: ExportView = ORDERS, zone: ZoneInfo | None = None
    ) -> AsyncGenerator[bytes, None]:
        """The orders of all people as CSV, in parts, all as of one moment, with times in `zone`.

        The connection is held until the end. Raises TooManyExports, and ExportTooSlow for a slow reader.
        """
        await self._wait()
        zone = zone or self.zone()
        begun = asyncio.get_running_loop().time()
        with self._one_more_export():
            async with self._for_several() as session:
                await _completed(limit_pauses(session))
                after: Cursor | None = None
                while True:
                    orders = await _completed(page_of_orders(session, first=first, last=last, zone=zone, after=after))
                    if after is None:
                        yield b"".join(lines([view.columns]))
                    for part in view.csv_of(orders, self._ids, zone):
                        _check_time(begun)
                        yield part
                    if len(orders) < PAGE_SIZE:
                        return
                    after = Cursor(orders[-1].placed_at, orders[-1].id)

    @contextmanager
    def _one_more_export(self) -> Iterator[None]:
        if self._exports == self._max_exports:
            raise TooManyExports(f"{self._max_exports} exports are being read; try again when one has ended")
        self._exports += 1
        try:
            yield
        finally:
            self._exports -= 1

    async def _page(self, query: Callable[[AsyncSession, OrderIds], Awaitable[OrderPage]]) -> OrderPage:
        await self._wait()
        read_time = self._freshness.read_time()
        return replace(await self._read(lambda session: query(session, self._ids)), read_time=read_time)

    async def _wait(self) -> None:
        request = current()
        with translated():
            await self._freshness.wait(request.caller.id, request.position)

    async def _read(self, query: Callable[[AsyncSession], Awaitable[T]]) -> T:
        return await to_completion(self._run(self._for_one, query))

    async def _run(self, sessions: Sessions, query: Callable[[AsyncSession], Awaitable[T]]) -> T:
        with translated():
            async with sessions() as session:
                return await query(session)


def _check_time(begun: float) -> None:
    now, deadline = asyncio.get_running_loop().time(), current().deadline
    # Before the deadline cancels the call: then the last line would not say that orders are missing.
    if now > begun + EXPORT_S or (deadline and now > deadline - _LAST_LINE_S):
        raise ExportTooSlow("the export takes too long; export fewer days at a time")


async def _completed(query: Coroutine[Any, Any, T]) -> T:
    """Waits for the query also when the call is cancelled, so that its session can be closed."""
    running = asyncio.create_task(query)
    try:
        with translated():
            return await to_completion(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise
