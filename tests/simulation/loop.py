"""An event loop on simulated time: it never waits, and everything happens in an order that the seed alone decides."""

from __future__ import annotations

import asyncio
import itertools
import selectors
from collections.abc import Callable, Mapping
from typing import Any


class NothingMoves(AssertionError):
    """Everybody waits for somebody else: no later time brings anything."""


async def passing(seconds: float) -> None:
    """Simulated seconds pass: nobody waits for them."""
    loop = asyncio.get_running_loop()
    over = loop.create_future()
    timer = loop.call_later(seconds, over.set_result, None)
    try:
        await over
    finally:
        timer.cancel()


class SimulatedTask(asyncio.Task[Any]):
    """A task that knows its process. Sets of tasks are in the order of their creation, not of their addresses."""

    def __init__(self, coroutine: Any, *, loop: asyncio.AbstractEventLoop, number: int, **options: Any) -> None:
        self.number = number
        self.process: Any = getattr(asyncio.current_task(loop), "process", None)
        super().__init__(coroutine, loop=loop, **options)

    def __hash__(self) -> int:
        return self.number


class SimulatedFuture(asyncio.Future[Any]):
    """A future whose place in a set is the order of its creation."""

    def __init__(self, *, loop: asyncio.AbstractEventLoop, number: int) -> None:
        self.number = number
        super().__init__(loop=loop)

    def __hash__(self) -> int:
        return self.number


class SimulatedLoop(asyncio.SelectorEventLoop):
    """`time` moves to the next timer as soon as nothing else is to be done."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self._numbers = itertools.count()
        # What waits for ever, as processes do that have ended, would be collected at any time.
        self.tasks: list[SimulatedTask] = []
        super().__init__(_NoSockets(self._wait))
        self.set_task_factory(self._task)

    def time(self) -> float:
        return self.now_s

    def create_future(self) -> SimulatedFuture:
        return SimulatedFuture(loop=self, number=next(self._numbers))

    def _task(self, loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> SimulatedTask:
        self.tasks.append(SimulatedTask(coroutine, loop=loop, number=next(self._numbers), **options))
        return self.tasks[-1]

    def _wait(self, seconds: float | None) -> None:
        if seconds is None:
            raise NothingMoves("everybody waits, and no timer is set")
        self.now_s += seconds


class _NoSockets(selectors.BaseSelector):
    """Nothing ever arrives from outside."""

    def __init__(self, wait: Callable[[float | None], None]) -> None:
        self._wait = wait
        self._keys: dict[Any, selectors.SelectorKey] = {}

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._keys.setdefault(fileobj, selectors.SelectorKey(fileobj, 0, events, data))

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._keys.pop(fileobj)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._wait(timeout)
        return []

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._keys
