"""Audit entries and unexpected errors of calls and jobs, written in the background in batches."""

from __future__ import annotations

import traceback
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from itertools import islice
from time import monotonic
from typing import Generic, TypeAlias, TypeVar

import msgspec
import structlog

from chassis.background import PollingLoop, Report, to_nobody
from chassis.clock import Clock
from chassis.context import ANONYMOUS, current
from chassis.errors import Conflict, Unavailable, shortened

log = structlog.get_logger(__name__)

Entry = TypeVar("Entry")

_BATCH = 500
# New entries wake the writer earlier.
_IDLE_S = 60
# How long a stopping writer tries to write what is in conflict.
_STOP_S = 2.0
_RESOURCE_BYTES, _VALUE_BYTES, _DETAIL_BYTES, _STACK_BYTES = 200, 500, 2_000, 20_000
_MOST_CHANGES = 100
# Counters and times of every change.
_BOOKKEEPING = {"version", "revision", "row_version", "sequence", "modified_on", "updated_at"}
_MINUTE_S = 60.0
# The outcomes of attempts that may have taken effect.
_EFFECTIVE = {"OK", "CANCELLED", "DEADLINE_EXCEEDED", "INTERNAL", "UNAVAILABLE"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One attempted change. `actor` is a caller's id; `outcome` is OK or the reason of an error.

    `changes` has the fields that an administrator changed, with the values of before and after as JSON. An entry that
    stands for several `attempts` names nobody.
    """

    time: datetime
    actor: str
    action: str
    resource: str
    outcome: str
    correlation_id: str
    detail: str = ""
    on_behalf_of: str = ""
    address: str = ""
    session_id: str = ""
    attempts: int = 1
    changes: Sequence[dict[str, str]] | None = None


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
        actor=request.caller.id,
        on_behalf_of=_storable(request.on_behalf_of, _RESOURCE_BYTES),
        address=request.address,
        session_id=request.caller.session_id,
        action=action,
        resource=_storable(resource, _RESOURCE_BYTES),
        outcome=outcome,
        correlation_id=request.correlation_id,
        detail=_storable("; ".join([*request.audit_details, detail] if detail else request.audit_details)),
        changes=request.audit_changes[:] if request.audit_changes and outcome == "OK" else None,
    )


def note_changes(before: object, after: object) -> None:
    """Has the audit entry of this request say what an administrator changes: dataclasses, None before a creation.

    Fields that are not shown (`repr=False`) are secrets, and left out. Only the last call of a request counts: after a
    conflict it is made again.
    """
    request = current()
    if request.caller.is_admin:
        request.audit_changes[:] = (
            {"field": name, "before": _json(old), "after": _json(new)}
            for name, old, new in islice(_changes("", before, after), _MOST_CHANGES)
        )


def _changes(path: str, before: object, after: object) -> Iterator[tuple[str, object, object]]:
    """Parts are compared one by one: fields by their names, and parts of a list that have ids by these.

    Of other lists, only the elements are shown that the other one lacks.
    """
    if before == after:
        return
    if is_dataclass(after) and (not path or type(before) is type(after)):
        for field in fields(after):
            if field.repr and field.name not in _BOOKKEEPING:
                name = f"{path}.{field.name}" if path else field.name
                yield from _changes(name, getattr(before, field.name, None), getattr(after, field.name))
    elif not (isinstance(before, tuple) and isinstance(after, tuple)):
        yield path, before, after
    elif all(hasattr(one, "id") for one in before + after):
        old, now = ({one.id: one for one in parts} for parts in (before, after))
        for id in old | now:
            yield from _changes(f"{path}[{id}]", old.get(id), now.get(id))
    else:
        lost, new = set(before) - set(after), set(after) - set(before)
        yield path, [one for one in before if one in lost], [one for one in after if one in new]


def _json(value: object) -> str:
    value = sorted(value, key=str) if isinstance(value, frozenset) else value
    return "" if value is None else _storable(msgspec.json.encode(value).decode(), _VALUE_BYTES)


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


class AuditWriter(BackgroundWriter[AuditEntry]):
    """Bounds what refused attempts of people and strangers write, so that they cannot fill the disk.

    `refusals_per_minute` of them are written one by one, a third of that for each user, or address without a token. The
    others are counted, and written as one entry for each action and outcome at the end of the minute.
    """

    def __init__(self, sink: Sink[AuditEntry], *, report: Report, refusals_per_minute: int) -> None:
        super().__init__("audit", sink, report=report)
        self._limit, self._minute_ends = refusals_per_minute, monotonic() + _MINUTE_S
        self._refused: Counter[str] = Counter()
        self._counted: dict[tuple[str, str], AuditEntry] = {}

    def add(self, entry: AuditEntry) -> None:
        caller, source = current().caller, entry.address
        if caller is not ANONYMOUS:
            source = entry.actor
            if caller.is_admin or caller.is_service or entry.outcome in _EFFECTIVE:
                return super().add(entry)
        elif entry.outcome == "OK":
            return super().add(entry)
        if monotonic() >= self._minute_ends:
            self._end_minute()
        if self._refused.total() < self._limit and self._refused[source] < self._limit / 3:
            self._refused[source] += 1
            return super().add(entry)
        key = entry.action, entry.outcome
        counted = self._counted.get(key) or AuditEntry(
            time=entry.time,
            actor="",
            action=entry.action,
            resource="",
            outcome=entry.outcome,
            correlation_id="",
            detail="further attempts of this minute",
            attempts=0,
        )
        self._counted[key] = replace(counted, attempts=counted.attempts + 1)

    async def stop(self) -> None:
        self._end_minute()
        await super().stop()

    async def _write_some(self) -> bool:
        if monotonic() >= self._minute_ends:
            self._end_minute()
        return await super()._write_some()

    def _end_minute(self) -> None:
        counted, self._counted, self._minute_ends = self._counted, {}, monotonic() + _MINUTE_S
        self._refused.clear()
        for entry in counted.values():
            super().add(entry)


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
