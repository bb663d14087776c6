"""Gauges of a process, read when somebody asks; components add theirs at start-up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import psutil

from telemetry import metrics

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric
    from sqlalchemy.ext.asyncio import AsyncEngine

TEXT = "text/plain; version=0.0.4; charset=utf-8"
_PREFIX = "easyorder_"


class Gauges:
    """Names are in snake case with the unit last (`process_memory_bytes`). `readers` read what only the database knows.

    GetStats has all of `read`; Prometheus gets `collect`, where the pools of connections share names.
    """

    def __init__(self) -> None:
        self._sources: dict[str, Callable[[], float]] = {}
        self._pools: dict[str, Any] = {}
        self.readers: list[Callable[[], Awaitable[Iterable[Metric]]]] = []
        process = psutil.Process()
        # Prometheus' client has these under its own names.
        self._of_process: dict[str, Callable[[], float]] = {
            "process_memory_bytes": lambda: process.memory_info().rss,
            "process_cpu_seconds": lambda: sum(process.cpu_times()[:2]),
        }

    def add(self, name: str, read: Callable[[], float]) -> None:
        """Adds a gauge; `read` must not block: `gauges.add("product_cache_hits", lambda: cache.hits)`."""
        if name in self._sources:
            raise ValueError(f"there is a figure {name} already")
        self._sources[name] = read

    def add_pool(self, name: str, engine: AsyncEngine) -> None:
        """Adds gauges for the connections of an engine: in use, the maximum, and how many callers wait for one."""
        self._pools[name] = engine.pool

    def read(self) -> Mapping[str, float]:
        pools = {f"{name}_connections_{what}": n for name, of in self.pools().items() for what, n in of.items()}
        return {name: float(read()) for name, read in (self._of_process | self._sources).items()} | pools

    def pools(self) -> Mapping[str, Mapping[str, float]]:
        """By pool, how many connections are in use and how many may be, and how many callers wait for one."""
        return {name: _connections(pool) for name, pool in self._pools.items()}

    async def collect(self) -> list[Metric]:
        """The gauges, and what the readers find, as Prometheus names them."""
        from prometheus_client.metrics_core import GaugeMetricFamily

        found: list[Metric] = []
        for what in ("in_use", "max", "waiting") if self._pools else ():
            family = GaugeMetricFamily(f"{_PREFIX}database_connections_{what}", _POOL_HELP[what], labels=["pool"])
            for name, of in self.pools().items():
                family.add_metric([name], of[what])
            found.append(family)
        for name, read in self._sources.items():
            found.append(GaugeMetricFamily(f"{_PREFIX}{name}", name.replace("_", " ").capitalize(), value=read()))
        for reader in self.readers:
            found.extend(await reader())
        return found


_POOL_HELP = {
    "in_use": "Connections to the database in use",
    "max": "The most connections to the database",
    "waiting": "Callers that wait for a connection to the database",
}


def _connections(pool: Any) -> Mapping[str, float]:
    """Of a QueuePool of SQLAlchemy's asyncio extension, whose queue is the only one that knows who waits."""
    waiting = sum(not one.done() for one in pool._pool._queue._getters)
    return {"in_use": pool.checkedout(), "max": pool.size() + pool._max_overflow, "waiting": waiting}


async def exposition(gauges: Gauges) -> bytes:
    """Everything of this process in the text format of Prometheus; empty if nothing is counted."""
    if (counted := metrics.registry()) is None:
        return b""
    from prometheus_client import generate_latest

    return generate_latest(counted) + generate_latest(Families(await gauges.collect()))


class Families:
    """Metrics that were collected, as something to collect from."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families
