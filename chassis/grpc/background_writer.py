"""Writes notes about requests in the background, many at once, so that no answer waits for them."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

import structlog

from chassis.background import PollingLoop
from chassis.errors import Conflict, Unavailable

log = structlog.get_logger(__name__)

Entry = TypeVar("Entry")
EntryIn = TypeVar("EntryIn", contravariant=True)

_BATCH = 500


class Sink(Protocol[EntryIn]):
    """Where entries are kept."""

    async def write(self, entries: Sequence[EntryIn]) -> None: ...


class BackgroundWriter(Generic[Entry]):
    """Keeps entries until the sink took them, in order. Beyond `capacity` the oldest are given up, and that is logged.

    A crash loses what the last `every_s` seconds brought.
    """

    def __init__(self, name: str, sink: Sink[Entry], *, capacity: int = 20_000, every_s: float = 0.3) -> None:
        self._name = name
        self._sink = sink
        self._waiting: deque[Entry] = deque(maxlen=capacity)
        self._dropped = 0
        self._loop = PollingLoop(name, self._write_some, idle_s=every_s)

    def add(self, entry: Entry) -> None:
        """Never waits and never fails."""
        self._dropped += len(self._waiting) == self._waiting.maxlen
        self._waiting.append(entry)

    async def start(self) -> None:
        await self._loop.start()

    async def stop(self) -> None:
        """Writes what is left; what the sink does not take now is logged as lost."""
        await self._loop.stop()
        try:
            while self._waiting:
                await self._write_some()
        except Exception:
            log.exception("entries lost", writer=self._name, count=len(self._waiting))

    async def _write_some(self) -> bool:
        if self._dropped:
            log.error("entries given up", writer=self._name, count=self._dropped)
            self._dropped = 0
        batch = [self._waiting.popleft() for _ in range(min(_BATCH, len(self._waiting)))]
        if batch:
            try:
                await self._write(batch)
            except BaseException:
                self._waiting.extendleft(reversed(batch))
                raise
        return bool(self._waiting)

    async def _write(self, batch: Sequence[Entry]) -> None:
        """In halves after a refusal, down to the entry that the sink cannot keep: that one is logged and left out."""
        try:
            await self._sink.write(batch)
        except (Unavailable, Conflict):
            # The database's trouble, not the entries'.
            raise
        except Exception as error:
            if len(batch) == 1:
                log.error("entry refused and left out", writer=self._name, error=repr(error)[:1000])
                return
            middle = len(batch) // 2
            await self._write(batch[:middle])
            await self._write(batch[middle:])
