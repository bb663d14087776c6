"""Two replicas that execute the same request: the slow one looks up its key, then waits until the fast one is done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from chassis.idempotency import IdempotentResponse, RequestKey
from chassis.unit_of_work import OpenUnitOfWork
from tests.polling import eventually


class SlowUnitsOfWork:
    """Opens units of work that wait after each look-up of keys until `go` is set."""

    def __init__(self, open_uow: OpenUnitOfWork[Any]) -> None:
        self._open_uow = open_uow
        self.looked_up = 0
        self.go = asyncio.Event()

    @asynccontextmanager
    async def __call__(self, *, optimistic: bool = False, impatient: bool = False) -> AsyncIterator[Any]:
        async with self._open_uow(optimistic=optimistic, impatient=impatient) as uow:
            find = uow.find_responses

            async def find_and_wait(keys: Sequence[RequestKey]) -> Mapping[str, IdempotentResponse]:
                found: Mapping[str, IdempotentResponse] = await find(keys)
                self.looked_up += 1
                await self.go.wait()
                return found

            uow.find_responses = find_and_wait
            yield uow


async def overlapping(slow: SlowUnitsOfWork, repeat: Any, first: Any) -> tuple[Any, Any]:
    """The results of `first` and of `repeat`, whose key is looked up before `first` begins."""
    repeating = asyncio.create_task(repeat)
    await eventually(lambda: slow.looked_up)
    done = await first
    slow.go.set()
    return done, await repeating
