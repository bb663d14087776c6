"""A database in memory whose statements take time and fail, and whose connections break around a commit.

One transaction runs at a time, so it is serialisable: what PostgreSQL's locks and guards do is tested on PostgreSQL.
"""

from __future__ import annotations

import asyncio
import copy
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Generic, TypeVar

from chassis.errors import Unavailable
from chassis.jobs import Job, JobOutcome
from order_svc.domain.order import Order
from order_svc.domain.refund import Refund
from tests.fakes.chassis import (
    ChassisState,
    FakeClock,
    InMemoryJobStore,
    InMemoryUnitOfWork,
    StoredJob,
    leased,
)
from tests.fakes.inventory import StoredStock
from tests.simulation.network import Chance, Process

State = TypeVar("State", bound=ChassisState)
_CHANGED_IN_PLACE = (StoredJob, StoredStock, Order, Refund)
_STATEMENT_S = 0.003


class Database(Generic[State]):
    """`check` is called after every commit, and raises AssertionError if the state may not be."""

    def __init__(self, state: State, clock: FakeClock, chance: Chance, check: Callable[[State], None]) -> None:
        self.state = state
        self._clock = clock
        self._chance = chance
        self._check = check
        self._owner: Process | None = None
        self._before: dict[str, Any] = {}
        self._queue: deque[tuple[Process, asyncio.Future[None]]] = deque()

    @property
    def committed(self) -> State:
        """What others see while a transaction is open."""
        seen = copy.copy(self.state)
        seen.__dict__.update(self._before)
        return seen

    async def read(self, process: Process) -> State:
        """What a query of the process finds."""
        await self._statement(process)
        return self.committed

    def abandon(self, process: Process) -> None:
        """The connections of a process that has ended: what it had not committed is undone."""
        if self._owner is process:
            self._end(committed=False)

    @asynccontextmanager
    async def transaction(self, process: Process) -> AsyncIterator[Callable[[], None]]:
        """Yields what commits it."""
        await self._begin(process)
        committed = False

        def commit() -> None:
            nonlocal committed
            committed = True
            self._check(self.state)
            self._end(committed=True)

        try:
            yield commit
        finally:
            if not committed and self._owner is process:
                self._end(committed=False)

    async def _begin(self, process: Process) -> None:
        await self._statement(process)
        if self._owner is not None:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._queue.append((process, turn))
            try:
                await turn
            except asyncio.CancelledError:
                if not turn.cancelled():
                    # The caller's time was up in the moment of its turn.
                    self.abandon(process)
                raise
            # A process that ends in the moment of its turn must not write: the transaction is another's by now.
            await process.lives()
            return
        self._owner, self._before = process, _copy_of(self.state)

    async def _statement(self, process: Process) -> None:
        await self._chance.passes(at_most_s=_STATEMENT_S)
        await self._chance.step(process)
        if self._chance.strikes("statement_fails"):
            raise Unavailable("the database cannot be reached")

    def _end(self, *, committed: bool) -> None:
        if not committed:
            self.state.__dict__.update(self._before)
        self._owner, self._before = None, {}
        while self._queue:
            process, turn = self._queue.popleft()
            if not process.died.is_set() and not turn.done():
                # Its owner from now on, although it goes on a little later only.
                self._owner, self._before = process, _copy_of(self.state)
                turn.set_result(None)
                return

    def units_of_work(
        self, process: Process, make: Callable[[State], Any], submit: Callable[[Sequence[Job]], None], lease_s: float
    ) -> Any:
        """What the mediator of a process opens."""

        @asynccontextmanager
        async def open_uow(*, optimistic: bool = False, impatient: bool = False) -> AsyncIterator[InMemoryUnitOfWork]:
            async with self.transaction(process) as commit:
                uow = make(self.state)
                write = uow.commit

                async def commit_all() -> str | None:
                    await self._statement(process)
                    known = len(self.state.jobs)
                    position: str | None = await write()
                    commit()
                    born = [leased(job, lease_s) for job in self.state.jobs[known:] if job.token]
                    await self._chance.step(process)
                    if self._chance.strikes("commit_unanswered"):
                        raise Unavailable("the connection was lost during the commit")
                    submit(born)
                    return position

                uow.commit = commit_all
                yield uow

        return open_uow

    def job_store(self, process: Process) -> JobsOfProcess:
        return JobsOfProcess(self, process, InMemoryJobStore(self.state, self._clock))


class JobsOfProcess:
    """The jobs of a database as a process reaches them: each call is a transaction of its own."""

    def __init__(self, database: Database[Any], process: Process, jobs: InMemoryJobStore) -> None:
        self._database = database
        self._process = process
        self._jobs = jobs

    async def settle(self, outcomes: Sequence[JobOutcome]) -> set[int]:
        async with self._database.transaction(self._process) as commit:
            settled = await self._jobs.settle(outcomes)
            commit()
            return settled

    async def claim(self, kinds: Sequence[str], *, limit: int, lease_s: float) -> Sequence[Job]:
        seen = await self._database.read(self._process)
        if not any(job.state in ("READY", "RUNNING") for job in seen.jobs):
            return []
        async with self._database.transaction(self._process) as commit:
            claimed = await self._jobs.claim(kinds, limit=limit, lease_s=lease_s)
            commit()
            return claimed

    async def wake(self, kind: str, key: str) -> bool:
        async with self._database.transaction(self._process) as commit:
            woken = await self._jobs.wake(kind, key)
            commit()
            return woken


def _copy_of(state: ChassisState) -> dict[str, Any]:
    return {name: _copied(value) for name, value in state.__dict__.items()}


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: copy.copy(one) if isinstance(one, _CHANGED_IN_PLACE) else one for key, one in value.items()}
    if isinstance(value, list):
        return [copy.copy(one) if isinstance(one, _CHANGED_IN_PLACE) else one for one in value]
    return value
