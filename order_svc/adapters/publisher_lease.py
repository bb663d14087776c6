"""Which replica publishes to the broker, and how far it is: a row of `feed_consumer`, whose holder has a lease.

The position moves only under the lease and from where its holder left it. So a replica that wakes after its lease has
ended cannot move it, nor one whose position an operator has set back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import Row, TextClause, text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import fetch
from chassis.errors import AppError
from chassis.jobs import LeaseLost

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

CONSUMER = "broker"
# From the oldest event that is kept.
_FOLLOW = text("INSERT INTO feed_consumer (name, position) VALUES (:name, 0) ON CONFLICT DO NOTHING")
# Nothing is written while there is nothing to publish.
_TAKE = text(
    "UPDATE feed_consumer SET holder = CAST(:holder AS text), "
    "lease_end = now() + make_interval(secs => CAST(:lease_s AS float8)) "
    "WHERE name = :name AND position < CAST(:end AS bigint) "
    "AND (holder = CAST(:holder AS text) OR coalesce(lease_end <= now(), true)) RETURNING position"
)
_MOVE = text(
    "UPDATE feed_consumer SET position = CAST(:position AS bigint), "
    "lease_end = now() + make_interval(secs => CAST(:lease_s AS float8)) "
    "WHERE name = :name AND holder = CAST(:holder AS text) AND position = CAST(:published AS bigint) RETURNING position"
)
_RELEASE = text("UPDATE feed_consumer SET lease_end = NULL WHERE name = :name AND holder = CAST(:holder AS text)")
_LAG = text(
    "SELECT coalesce(extract(epoch FROM now() - (SELECT o.occurred_on FROM outbox AS o WHERE o.position > c.position "
    "ORDER BY o.position LIMIT 1)), 0) AS lag_s FROM feed_consumer AS c WHERE c.name = :name"
)


class PublisherLease:
    """The lease of this process."""

    def __init__(self, engine: AsyncEngine, *, lease_s: float) -> None:
        self._engine = engine
        self._holder, self.lease_s = str(uuid4()), lease_s

    async def follow(self) -> None:
        """From now on, what is not published is not purged."""
        await self._run(_FOLLOW)

    async def take(self, end: int) -> int | None:
        """The position after which to publish; None if there is nothing up to `end`, or another replica publishes."""
        rows = await self._run(_TAKE, holder=self._holder, lease_s=self.lease_s, end=end)
        return rows[0].position if rows else None

    async def move(self, position: int, *, published: int) -> None:
        """All up to `position` is published, of which it was all up to `published` before. Raises LeaseLost."""
        moved = {"position": position, "published": published}
        if not await self._run(_MOVE, holder=self._holder, lease_s=self.lease_s, **moved):
            raise LeaseLost("another process publishes, or the position was set")

    async def release(self) -> None:
        """Another replica may go on at once."""
        await self._run(_RELEASE, holder=self._holder)

    async def collect(self) -> Iterable[Metric]:
        """How old the first event is that is not published, as Prometheus names it."""
        from prometheus_client.metrics_core import GaugeMetricFamily

        try:
            rows = await self._run(_LAG)
        except AppError:
            return []
        lag_s = max(0.0, float(rows[0].lag_s)) if rows else 0.0
        return [GaugeMetricFamily("easyorder_broker_lag_seconds", "Age of the oldest event not published", value=lag_s)]

    async def _run(self, statement: TextClause, **parameters: Any) -> Sequence[Row[Any]]:
        values: Mapping[str, Any] = {"name": CONSUMER, **parameters}
        return await fetch(self._engine, statement, values)
