"""Background loops: started and stopped with the process, woken on demand, and never ended by an error."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

import structlog
import tenacity

from chassis.errors import AppError, Conflict, Unavailable

log = structlog.get_logger(__name__)
T = TypeVar("T")

_QUIET_FAILURES = 10
_BACKOFF = tenacity.wait_random_exponential(multiplier=0.1, max=5)
# Called with the source of an unexpected error, and the error.
Report = Callable[[str, Exception], None]


def to_nobody(source: str, error: Exception) -> None:
    """Discards the report."""


class Background(Protocol):
    """A component that runs in the background of a process."""

    async def start(self) -> None: ...

    async def stop(self) -> None:
        """Finishes the current work and ends."""


class PollingLoop:
    """Runs `work` repeatedly: at once while it returns that there is more, otherwise when woken or after `idle_s`.

    A wake begins a round at least `pace_s` after the last round began, so that under load one round serves many wakes;
    a flush begins a round at once. A failure is logged and retried after an exponential backoff of at most 5 s, which
    only `stop` interrupts. The first of consecutive failures is reported if it is unexpected.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[], Awaitable[bool]],
        *,
        idle_s: float,
        pace_s: float = 0,
        report: Report = to_nobody,
    ) -> None:
        self._name, self._work, self._report = name, work, report
        self.idle_s, self.pace_s = idle_s, pace_s
        self._woken, self._flushed, self._stopping = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._ended, self.failures = asyncio.Event(), 0
        self._task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Requests a round, because there may be work."""
        self._woken.set()

    def flush(self) -> asyncio.Event:
        """Requests a round at once; the event is set when a round that began later has ended or failed."""
        self._flushed.set()
        self._woken.set()
        return self._ended

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name=self._name)

    async def stop(self) -> None:
        """Waits for the current round and ends the loop."""
        self._stopping.set()
        self.flush()
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        now = asyncio.get_running_loop().time
        while not self._stopping.is_set():
            self._woken.clear()
            self._flushed.clear()
            began, ended, self._ended = now(), self._ended, asyncio.Event()
            try:
                more = await self._work()
            except Exception as error:
                self._failed(error)
                ended.set()
                await passes(self._stopping, within_s=backoff_s(_BACKOFF, self.failures))
                continue
            self.failures = 0
            ended.set()
            if not more:
                await passes(self._woken, within_s=self.idle_s)
                await passes(self._flushed, within_s=began + self.pace_s - now())
        self._ended.set()

    def _failed(self, error: Exception) -> None:
        self.failures += 1
        if isinstance(error, Unavailable | Conflict):
            # The dependencies of this process may need time to start.
            note = log.debug if self.failures <= _QUIET_FAILURES else log.warning
            note("background work is interrupted", loop=self._name, failures=self.failures, error=repr(error))
            return
        log.exception("background work failed", loop=self._name, failures=self.failures)
        if self.failures == 1:
            self._report(self._name, error)


async def to_completion(work: Awaitable[T]) -> T:
    """Awaits `work`, which goes on when the caller is cancelled: a cancelled statement can break its connection.

    An AppError that nobody waits for any more is dropped; any other exception is logged.
    """
    running = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        running.add_done_callback(_ended_alone)
        raise


def _ended_alone(work: asyncio.Future[Any]) -> None:
    if not work.cancelled() and (error := work.exception()) and not isinstance(error, AppError):
        log.error("work failed after its caller had gone", exc_info=error)


async def passes(event: asyncio.Event, *, within_s: float) -> None:
    """Waits for the event, at most `within_s`."""
    if within_s > 0:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await event.wait()


def backoff_s(wait: tenacity.wait.wait_base, attempts: int) -> float:
    """The wait in seconds that tenacity computes after a number of failed attempts."""
    state = tenacity.RetryCallState(retry_object=tenacity.AsyncRetrying(), fn=None, args=(), kwargs={})
    state.attempt_number = attempts
    return float(wait(state))
