"""WatchInventory: what is available, then every item for which that changes, whichever replica changed it.

While a process has subscribers, it polls the versions of the watched items in the read database: at once when its own
projector has written, otherwise several times a second, and less often the more there is to read and to send. A slow
reader gets the latest state of each item and misses only superseded states.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Protocol

from easyorder.common.v1 import Heartbeat
from easyorder.inventory.v1 import InventoryEvent, ItemAvailability, ProductInventory

from chassis.background import PollingLoop, to_completion
from chassis.clock import Clock
from chassis.grpc.status import to_status
from chassis.grpc.streams import stream_end
from inventory_svc.domain.errors import ProductItemNotFound
from inventory_svc.domain.stock import StockLevel
from inventory_svc.messages.inventory import availability_message

# A new subscriber wakes the loop.
_UNWATCHED_S = 60
# The process also serves orders: reading takes at most this share of its time, and this is the maximum rate of changes.
_SHARE, _CHANGES_PER_S = 0.1, 250


class StockLevels(Protocol):
    """Reads the stock of items; those that do not exist are left out."""

    async def levels(self, item_ids: Collection[int], *, fresh: bool = False) -> list[StockLevel]: ...


class StockWatch:
    """The streams of one process; runs in the background for the lifetime of the process."""

    def __init__(
        self,
        stock: StockLevels,
        *,
        clock: Clock,
        low_stock: int,
        heartbeat_s: float = 15.0,
        look_every_s: float = 0.2,
    ) -> None:
        self._stock = stock
        self._clock = clock
        self._low_stock = low_stock
        self._heartbeat_s = heartbeat_s
        self._watchers: set[_Watcher] = set()
        self._look_every_s = look_every_s
        self._loop = PollingLoop("stock watch", self._look, idle_s=look_every_s)
        self.wake = self._loop.wake
        self.start = self._loop.start
        self.stop = self._loop.stop

    async def watch(self, item_ids: Sequence[int]) -> AsyncGenerator[InventoryEvent, None]:
        """Raises ProductItemNotFound before the first message. If the stream has to end, the last message says why."""
        with self._watching(item_ids) as watcher:
            first = await to_completion(self._stock.levels(watcher.item_ids, fresh=True))
            known = {level.product_item_id for level in first}
            if missing := {f"productItemIds[{i}]": id for i, id in enumerate(item_ids) if id not in known}:
                raise ProductItemNotFound.of(missing)
            watcher.begin(first)
            snapshot = ProductInventory(items=[self._message(level) for level in first])
            sequence = 1
            yield InventoryEvent(sequence=sequence, event_time=self._clock.now(), snapshot=snapshot)
            while not watcher.end.done():
                for level in await watcher.next(within_s=self._heartbeat_s):
                    sequence += 1
                    change = self._message(level)
                    yield InventoryEvent(sequence=sequence, event_time=self._clock.now(), change=change)
                if watcher.was_silent:
                    yield InventoryEvent(sequence=sequence, event_time=self._clock.now(), heartbeat=Heartbeat())
            yield InventoryEvent(sequence=sequence, event_time=self._clock.now(), error=to_status(watcher.end.result()))

    def _message(self, level: StockLevel) -> ItemAvailability:
        return availability_message(level.availability(low=self._low_stock))

    @contextmanager
    def _watching(self, item_ids: Sequence[int]) -> Iterator[_Watcher]:
        watcher = _Watcher(frozenset(item_ids))
        watcher.end.add_done_callback(lambda _: watcher.changed.set())
        self._watchers.add(watcher)
        self.wake()
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)

    async def _look(self) -> bool:
        watched = frozenset[int]().union(*(watcher.item_ids for watcher in self._watchers))
        if not watched:
            self._loop.idle_s = _UNWATCHED_S
            return False
        now = asyncio.get_running_loop().time
        began = now()
        levels = {level.product_item_id: level for level in await self._stock.levels(watched)}
        changes = sum(watcher.publish(levels) for watcher in self._watchers)
        self._loop.pace_s = max((now() - began) / _SHARE, changes / _CHANGES_PER_S)
        self._loop.idle_s = max(self._look_every_s, self._loop.pace_s)
        return False


class _Watcher:
    """One stream: the levels it has sent, and those it has still to send."""

    def __init__(self, item_ids: frozenset[int]) -> None:
        self.item_ids = item_ids
        self.changed = asyncio.Event()
        self.was_silent = False
        self.end = stream_end()
        self._latest: dict[int, StockLevel] = {}
        self._unread: dict[int, StockLevel] = {}

    def begin(self, levels: Sequence[StockLevel]) -> None:
        self._latest = {level.product_item_id: level for level in levels}

    def publish(self, levels: Mapping[int, StockLevel]) -> int:
        """Returns how many of the levels are to be sent: a sale takes held pieces, and changes nothing for shoppers."""
        newer = [
            (latest, level)
            for item_id, latest in self._latest.items()
            if (level := levels.get(item_id)) and (level.version > latest.version or _is_other_item(level, latest))
        ]
        changed = [level for latest, level in newer if _visible(level) != _visible(latest)]
        self._latest.update({level.product_item_id: level for _, level in newer})
        self._unread.update({level.product_item_id: level for level in changed})
        if changed:
            self.changed.set()
        return len(changed)

    async def next(self, *, within_s: float) -> list[StockLevel]:
        """The changed levels; empty when nothing changed for a while, or the stream has to end."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self.changed.wait()
        self.was_silent = not self.changed.is_set()
        self.changed.clear()
        unread, self._unread = self._unread, {}
        return list(unread.values())


def _is_other_item(level: StockLevel, latest: StockLevel) -> bool:
    """Whether the item has changed, of whose changes the version of its stock says nothing."""
    return level.backorderable is not latest.backorderable and level.version == latest.version


def _visible(level: StockLevel) -> tuple[int, bool]:
    """What the availability of an item depends on."""
    return level.available, level.backorderable
