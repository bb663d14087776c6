"""Named gauges that a process can report at any time; components add theirs at start-up."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import psutil
from sqlalchemy import AsyncAdaptedQueuePool
from sqlalchemy.ext.asyncio import AsyncEngine


class Gauges:
    """The gauges of GetStats. Names are in snake case with the unit last (`process_memory_bytes`)."""

    def __init__(self) -> None:
        self._sources: dict[str, Callable[[], float]] = {}
        process = psutil.Process()
        self.add("process_memory_bytes", lambda: process.memory_info().rss)
        self.add("process_cpu_seconds", lambda: sum(process.cpu_times()[:2]))

    def add(self, name: str, read: Callable[[], float]) -> None:
        """Adds a gauge; `read` must not block: `gauges.add("product_cache_hits", lambda: cache.hits)`."""
        if name in self._sources:
            raise ValueError(f"there is a figure {name} already")
        self._sources[name] = read

    def add_pool(self, name: str, engine: AsyncEngine) -> None:
        """Adds gauges for the connections of an engine: in use, and the maximum."""
        pool = engine.pool
        assert isinstance(pool, AsyncAdaptedQueuePool)
        self.add(f"{name}_connections_in_use", pool.checkedout)
        self.add(f"{name}_connections_max", lambda: pool.size() + pool._max_overflow)

    def read(self) -> Mapping[str, float]:
        return {name: float(read()) for name, read in self._sources.items()}
