"""Two replicas that execute the same request: one waits at a chosen step of its transaction for the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.idempotency import IdempotentResponse, RequestKey
from chassis.unit_of_work import OpenUnitOfWork
from tests.polling import eventually

_WAITED_FOR = text(
    "SELECT waiting.locktype FROM pg_locks AS waiting JOIN pg_stat_activity USING (pid) "
    "WHERE NOT waiting.granted AND datname = current_database()"
)


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


class SlowCommits:
    """Opens units of work that wait before each commit until `go` is set."""

    def __init__(self, open_uow: OpenUnitOfWork[Any]) -> None:
        self._open_uow = open_uow
        self.reached, self.go = asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def __call__(self, *, optimistic: bool = False, impatient: bool = False) -> AsyncIterator[Any]:
        async with self._open_uow(optimistic=optimistic, impatient=impatient) as uow:
            commit = uow.commit

            async def commit_later() -> Any:
                self.reached.set()
                await self.go.wait()
                return await commit()

            uow.commit = commit_later
            yield uow


async def locks_waited_for(engine: AsyncEngine) -> list[str]:
    """The types of the locks that transactions of this database wait for."""
    async with engine.connect() as connection:
        return list(await connection.scalars(_WAITED_FOR))


async def overlapping(slow: SlowUnitsOfWork, repeat: Any, first: Any) -> tuple[Any, Any]:
    """The results of `first` and of `repeat`, whose key is looked up before `first` begins."""
    repeating = asyncio.create_task(repeat)
    await eventually(lambda: slow.looked_up)
    done = await first
    slow.go.set()
    return done, await repeating
