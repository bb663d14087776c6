"""How much waits in the databases of a service: jobs, events and changes, counted for whoever asks at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.context import RequestContext, request_context
from chassis.db.engine import fetch
from chassis.errors import AppError

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

log = structlog.get_logger(__name__)

# More of a kind of rows are not counted: the count must not cost more than the work.
MOST = 100_000
# One count serves all who ask within this time, and nobody waits longer for it.
_FRESH_S, _WAIT_S = 2.0, 2.0
_JOBS = text(f"""
SELECT kind, state, count(*) AS jobs FROM (
    (SELECT kind, state FROM job WHERE state IN ('READY', 'RUNNING') LIMIT {MOST})
    UNION ALL (SELECT kind, state FROM job WHERE state = 'DEAD' LIMIT {MOST})
) AS open GROUP BY kind, state
""")
# Positions, of which a day has more than an int32: a writer from before midnight and one after it are so far apart.
OUTBOX_PENDING = text("SELECT least(pending, 2147483647) AS pending FROM outbox_end()")
_CHANGES = text(f"SELECT count(*) FROM (SELECT 1 FROM change_log LIMIT {MOST}) AS waiting")


@dataclass(frozen=True, slots=True)
class Depths:
    """Jobs that are not done by kind and state, events not published, changes not projected and the age of the oldest.

    `changes` and `lag_s` are None where there is no read side.
    """

    jobs: dict[tuple[str, str], int]
    outbox: int
    changes: int | None = None
    lag_s: float | None = None


@dataclass
class QueueDepths:
    """Reads the depths of one write database; `lag_ms` as in OpsApi."""

    engine: AsyncEngine
    lag_ms: Callable[[], Awaitable[float]] | None
    _reading: asyncio.Task[Depths | None] | None = field(default=None, init=False)
    _fresh_until: float = field(default=0.0, init=False)

    async def read(self) -> Depths | None:
        """None if the database does not answer in time: what the process itself knows must be told all the same."""
        now = asyncio.get_running_loop().time
        if self._reading is None or (self._reading.done() and now() >= self._fresh_until):
            with request_context(RequestContext()):  # the count belongs to no single request
                self._reading = asyncio.create_task(self._count())
            self._fresh_until = now() + _FRESH_S
        await asyncio.wait([self._reading], timeout=_WAIT_S)
        return self._reading.result() if self._reading.done() else None

    async def _count(self) -> Depths | None:
        try:
            jobs = {(row.kind, row.state): row.jobs for row in await fetch(self.engine, _JOBS)}
            outbox = (await fetch(self.engine, OUTBOX_PENDING))[0].pending
            if self.lag_ms is None:
                return Depths(jobs, outbox)
            changes = (await fetch(self.engine, _CHANGES))[0][0]
            return Depths(jobs, outbox, changes, await self.lag_ms() / 1000)
        except AppError as error:
            log.warning("queues were not counted", error=error.message)
            return None

    async def collect(self) -> Iterable[Metric]:
        """The depths, as Prometheus names them."""
        from prometheus_client.metrics_core import GaugeMetricFamily

        if (depths := await self.read()) is None:
            return []
        jobs = GaugeMetricFamily("easyorder_jobs", f"Jobs that are not done, at most {MOST}", labels=["kind", "state"])
        for (kind, state), count in depths.jobs.items():
            jobs.add_metric([kind, state], count)
        found = [jobs, GaugeMetricFamily("easyorder_outbox_pending", "Events not published yet", value=depths.outbox)]
        if depths.changes is not None and depths.lag_s is not None:
            found += [
                GaugeMetricFamily("easyorder_change_log_entries", "Changes not projected yet", value=depths.changes),
                GaugeMetricFamily(
                    "easyorder_projection_lag_seconds", "Age of the oldest change not projected", value=depths.lag_s
                ),
            ]
        return found
