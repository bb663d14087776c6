"""Audit entries and unexpected errors of calls and jobs, written in the background in batches."""

from __future__ import annotations

import traceback
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Generic, TypeAlias, TypeVar

import structlog

from chassis.background import PollingLoop, Report, to_nobody
from chassis.clock import Clock
from chassis.context import current
from chassis.errors import Conflict, Unavailable, shortened

log = structlog.get_logger(__name__)

Entry = TypeVar("Entry")

_BATCH = 500
# New entries wake the writer earlier.
_IDLE_S = 60
# How long a stopping writer tries to write what is in conflict.
_STOP_S = 2.0
_RESOURCE_BYTES, _DETAIL_BYTES, _STACK_BYTES = 200, 2_000, 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One attempted change. `actor` is a caller's id; `outcome` is OK or the reason of an error."""

    time: datetime
    actor: str
    action: str
    resource: str
    outcome: str
    correlation_id: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnexpectedError:
    """An exception that is not an AppError. `source` is the method or the kind of job, `detail` the stack trace."""

    time: datetime
    source: str
    actor: str
    kind: str
    message: str
    detail: str
    correlation_id: str


def entry(action: str, resource: str, *, outcome: str, detail: str = "", at: datetime) -> AuditEntry:
    """An entry for the current caller; `uow.audit` writes it in the transaction of the change."""
    request = current()
    return AuditEntry(
        time=at,
        actor=f"{request.caller.id} for {request.on_behalf_of}" if request.on_behalf_of else request.caller.id,
        action=action,
        resource=_storable(resource, _RESOURCE_BYTES),
        outcome=outcome,
        correlation_id=request.correlation_id,
        detail=_storable("; ".join([*request.audit_details, detail] if detail else request.audit_details)),
    )


def _storable(text: str, max_bytes: int = _DETAIL_BYTES) -> str:
    """Truncates text and removes NUL and lone surrogates, so that every text column accepts it."""
    return shortened(text.replace("\0", ""), max_bytes)


# Stores all entries or none. Unavailable and Conflict are worth a retry; any other error is permanent.
Sink: TypeAlias = Callable[[Sequence[Entry]], Awaitable[object]]


async def discard(entries: Sequence[object]) -> None:
    """The sink of a process without a database."""


class BackgroundWriter(Generic[Entry]):
    """Writes entries in order and in batches, so that no reply is delayed.

    A rejected batch is halved until the faulty entry is found. After a conflict, such as a locked row, it is tried
    again behind the others, otherwise logged, reported and skipped. Beyond `capacity` the oldest entries are dropped,
    which is logged. A crash loses the entries of the last `every_s`.
    """

    def __init__(
        self, name: str, sink: Sink[Entry], *, report: Report = to_nobody, capacity: int = 20_000, every_s: float = 0.3
    ) -> None:
        self._name, self._sink, self._report = name, sink, report
        self._waiting: deque[Entry] = deque(maxlen=capacity)
        self._batch: list[Entry] = []
        self._at_once, self._dropped = _BATCH, 0
        self._loop = PollingLoop(name, self._write_some, idle_s=_IDLE_S, pace_s=every_s)
        self.start = self._loop.start

    def add(self, entry: Entry) -> None:
        """Queues an entry; never blocks and never raises."""
        self._dropped += len(self._waiting) == self._waiting.maxlen
        self._waiting.append(entry)
        self._loop.wake()

    async def stop(self) -> None:
        """Writes the remaining entries, those in conflict last; what cannot be written now is logged as lost."""
        await self._loop.stop()
        more, conflicts, end = True, 0, monotonic() + _STOP_S
        try:
            while more:
                try:
                    more, conflicts = await self._write_some(), 0
                except Conflict:
                    if (conflicts := conflicts + 1) > len(self._batch) or monotonic() > end:
                        raise
        except Exception as error:
            log.error("entries lost", writer=self._name, count=len([*self._batch, *self._waiting]), error=repr(error))

    async def _write_some(self) -> bool:
        if self._dropped:
            log.error("entries dropped", writer=self._name, count=self._dropped)
            self._dropped = 0
        while self._waiting and len(self._batch) < _BATCH:
            self._batch.append(self._waiting.popleft())
        # Entries stay in the batch until they are written, so that a failure of the sink is retried.
        if part := self._batch[: self._at_once]:
            try:
                await self._sink(part)
            except Unavailable:
                raise
            except Exception as error:
                if len(part) > 1:
                    self._at_once = len(part) // 2
                    return True
                if isinstance(error, Conflict):
                    # Tried again after a backoff, behind the others.
                    self._batch.append(self._batch.pop(0))
                    raise
                log.exception("entry left out", writer=self._name)
                self._report(f"{self._name} entry left out", error)
            del self._batch[: len(part)]
            self._at_once = min(_BATCH, 2 * self._at_once)
        return bool(self._batch or self._waiting)


class ErrorLog(BackgroundWriter[UnexpectedError]):
    """Records unexpected errors for operators to list. Start it before the components that report to it."""

    def __init__(self, service: str, sink: Sink[UnexpectedError], clock: Clock) -> None:
        super().__init__("errors", sink)
        self._service, self._clock = service, clock

    def report(self, source: str, error: Exception) -> None:
        """Records an error in `source` (a method, a kind of job or a loop). Never blocks and never raises."""
        request = current()
        self.add(
            UnexpectedError(
                time=self._clock.now(),
                source=source,
                actor=request.caller.id if request.method else f"service:{self._service}",
                kind=type(error).__qualname__,
                message=_storable(str(error)),
                detail=_storable("".join(traceback.format_exception(error)), _STACK_BYTES),
                correlation_id=request.correlation_id,
            )
        )
