"""Batches concurrent requests: the next batch grows while one is in flight, so an idle system adds no delay."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Hashable, Iterable, Mapping, Sequence
from contextvars import Context
from typing import Any, Generic, TypeVar

from chassis.context import current
from chassis.errors import DeadlineExceeded, RateLimited
from telemetry import metrics, traces

Item = TypeVar("Item")
Result = TypeVar("Result")

# However long the last batch took, for example because a row was locked.
_LONGEST_PACE_S = 0.1


class Batcher(Generic[Item, Result]):
    """Runs items in batches of at most `max_size`, one batch in flight at a time, in order of arrival.

    `run` receives the items and returns one result or exception for each, in the same order; if it raises, every item
    of the batch fails with that exception. An item whose caller was cancelled, or whose deadline passed, before the
    batch started is skipped. A started batch is never cancelled, because its work may be half done. At most ten batches
    wait; then further items are refused with RateLimited.

    `name` is what metrics and traces call it.

    After a batch of several items the next one begins so late that batches take at most `share` of the time, and at
    least `pace_s` after it began, so that they grow with the load. After a single item, the next one is not delayed.
    """

    def __init__(
        self,
        name: str,
        run: Callable[[Sequence[Item]], Awaitable[Sequence[Result | BaseException]]],
        *,
        max_size: int = 200,
        pace_s: float = 0,
        share: float = 1,
    ) -> None:
        self._name, self._run, self._max_size, self._pace_s, self._share = name, run, max_size, pace_s, share
        self._not_before = 0.0
        self._waiting: deque[tuple[Item, asyncio.Future[Result], float, Any]] = deque()
        self._worker: asyncio.Task[None] | None = None

    async def submit(self, item: Item) -> Result:
        """Waits for the item's own result; raises its own exception."""
        if len(self._waiting) >= 10 * self._max_size:
            raise RateLimited("too many requests wait for their turn; wait, then try again", retry_after_s=1)
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future, current().deadline or math.inf, traces.sampled_span()))
        if self._worker is None:
            # In its own context: the batch belongs to no single request.
            self._worker = asyncio.get_running_loop().create_task(self._work(), context=Context())
        return await future

    async def _work(self) -> None:
        try:
            while self._waiting:
                if (early_s := self._not_before - asyncio.get_running_loop().time()) > 0:
                    await asyncio.sleep(early_s)
                batch, spans = self._next_batch()
                if batch:
                    began = asyncio.get_running_loop().time()
                    metrics.count_batch(self._name, len(batch))
                    with traces.batch_span(self._name, spans):
                        await self._run_batch(batch)
                    if len(batch) > 1:
                        took_s = asyncio.get_running_loop().time() - began
                        self._not_before = began + max(self._pace_s, min(took_s / self._share, _LONGEST_PACE_S))
        finally:
            self._worker = None

    def _next_batch(self) -> tuple[list[tuple[Item, asyncio.Future[Result]]], list[tuple[Item, Any]]]:
        """The next items with their futures, and with the spans that wait for them."""
        batch: list[tuple[Item, asyncio.Future[Result]]] = []
        spans: list[tuple[Item, Any]] = []
        while self._waiting and len(batch) < self._max_size:
            item, future, deadline, span = self._waiting.popleft()
            if deadline < asyncio.get_running_loop().time():
                _settle([(item, future)], [DeadlineExceeded("the time for this call is up; nothing was changed")])
            elif not future.done():
                batch.append((item, future))
                spans.append((item, span))
        return batch, spans

    async def _run_batch(self, batch: list[tuple[Item, asyncio.Future[Result]]]) -> None:
        try:
            _settle(batch, await self._run([item for item, _ in batch]))
        except BaseException as error:
            _settle(batch, [error] * len(batch))
            if not isinstance(error, Exception):
                raise


def _settle(batch: list[tuple[Item, asyncio.Future[Result]]], results: Sequence[Result | BaseException]) -> None:
    for (_, future), result in zip(batch, results, strict=True):
        if not future.done():
            if isinstance(result, BaseException):
                future.set_exception(result)
            else:
                future.set_result(result)


class LockedRows:
    """The rows that were met locked, by the last 1,000 names that led to them, until what needs such a row succeeds."""

    def __init__(self) -> None:
        self._rows: dict[Hashable, Hashable] = {}

    def of(self, names: Iterable[Hashable]) -> set[Hashable]:
        """The locked rows that these names lead to."""
        return {self._rows[name] for name in names if name in self._rows} if self._rows else set()

    def add(self, rows: Mapping[Hashable, Hashable]) -> None:
        """Takes each locked row by the name that led to it."""
        self._rows = dict(list({**self._rows, **rows}.items())[-1000:])

    def learn(self, reached: Iterable[Collection[Hashable]], met: Sequence[Collection[Hashable]]) -> None:
        """Takes the names of each command that reached all of its rows, and of each that met a locked one."""
        if not (met or self._rows):
            return
        free = {name for names in reached for name in names}
        if freed := {self._rows[name] for name in free if name in self._rows}:
            self._rows = {name: row for name, row in self._rows.items() if row not in freed}
        for names in met:
            # Which of the rows is locked is not known. If one is known to be, the others may be free.
            if not self.of(names):
                self.add({name: name for name in names if name not in free})
