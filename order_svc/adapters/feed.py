"""The feed: the outbox, read by every replica in the order of the events' positions.

An event gets its position when it is written, but transactions may commit in another order. So a reader first asks up
to which position the feed is decided, that is, all writers have ended, and reads no further. A reader that has seen a
position has therefore seen all positions before it (ADR 0028).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.background import PollingLoop, Report, to_nobody
from chassis.db.bulk import in_order
from chassis.db.engine import fetch
from chassis.db.tables import OUTBOX
from chassis.errors import AppError
from chassis.events import Event, PublishedEvent
from foundation import failpoints
from order_svc.domain.feed import FeedEnd

log = structlog.get_logger(__name__)

_BATCH = 1000
_FIELDS = ("kind", "aggregate_id", "sequence", "owner", "owner_team", "occurred_on", "traceparent")
_SELECT = f"SELECT position, payload, {', '.join(_FIELDS)} FROM outbox WHERE"
_COLUMNS = [OUTBOX.c[name] for name in ("position", "payload", *_FIELDS)]
_AFTER = text(
    f"{_SELECT} position > CAST(:position AS bigint) AND position <= CAST(:decided AS bigint) "
    "ORDER BY position LIMIT CAST(:limit AS integer)"
).columns(*_COLUMNS)
_OF_AGGREGATE = text(
    f"{_SELECT} aggregate_id = CAST(:id AS bigint) AND sequence > CAST(:after AS bigint) ORDER BY sequence"
).columns(*_COLUMNS)
_END = text("SELECT first, decided, written, pending FROM outbox_end()").columns(
    *in_order("first decided written pending")
)
_SEEN = text(
    "INSERT INTO feed_consumer (name, position) VALUES (:name, :position) "
    "ON CONFLICT (name) DO UPDATE SET position = excluded.position RETURNING position"
)
# Stops at the first recent event: readers detect only gaps at the front. The newest event stays, and so does the last
# event that the slowest consumer has: consumers may resume from there. One replica purges at a time. Rows are deleted
# only up to `rows_until`: where a partition does not end soon, like the first one. All others are dropped whole.
_PURGE = text("""
WITH start AS MATERIALIZED (
    SELECT position, rows_until FROM outbox_start FOR UPDATE SKIP LOCKED
), oldest AS MATERIALIZED (
    SELECT position, occurred_on FROM outbox
    WHERE position >= (SELECT position FROM start) AND position < (SELECT rows_until FROM start)
    ORDER BY position LIMIT :batch
), purged AS (
    DELETE FROM outbox WHERE position = ANY(ARRAY(
        SELECT position FROM oldest WHERE position < least(
            (SELECT max(position) FROM outbox),
            (SELECT min(position) FROM feed_consumer),
            (SELECT min(position) FROM oldest
             WHERE occurred_on >= now() - make_interval(secs => CAST(:age_s AS float8)))
        )
    )) RETURNING position
), moved AS (
    UPDATE outbox_start SET position = (SELECT max(position) + 1 FROM purged) WHERE EXISTS (SELECT FROM purged)
)
SELECT count(*) FROM purged
""")
_TURN_PARTITIONS = text(
    "SELECT made, dropped, held_up, too_large FROM turn_outbox_partitions(CAST(:age_s AS float8))"
).columns(*in_order("made dropped held_up too_large"))


class Feed:
    """Reads events in the order of their positions. `read` makes the content of the kind and the payload of a row."""

    def __init__(self, engine: AsyncEngine, read: Callable[[str, bytes], bytes] = lambda _, payload: payload) -> None:
        # Single statements: each sees all earlier commits.
        self._engine, self._read = engine, read

    async def end(self) -> FeedEnd:
        """The present end of the feed."""
        (end,) = await fetch(self._engine, _END)
        return FeedEnd(**end._mapping)

    async def after(self, position: int, *, limit: int = _BATCH, end: FeedEnd | None = None) -> list[PublishedEvent]:
        """The next events after `position`, of all aggregates, up to `end` or the present end of the feed."""
        decided = (end or await self.end()).decided
        found = await fetch(self._engine, _AFTER, {"position": position, "decided": decided, "limit": limit})
        return [self._published(row) for row in found]

    async def of_aggregate(self, aggregate_id: int, *, after_sequence: int) -> list[PublishedEvent]:
        """The events of one aggregate after `after_sequence`, in order, including those not in the feed yet."""
        found = await fetch(self._engine, _OF_AGGREGATE, {"id": aggregate_id, "after": after_sequence})
        return [self._published(row) for row in found]

    async def seen_by(self, consumer: str, position: int) -> None:
        """Records that a consumer has all events up to `position`; later events are not purged."""
        await fetch(self._engine, _SEEN, {"name": consumer, "position": position})

    async def purge(self, *, older_than: timedelta) -> None:
        """Deletes old events that all consumers have, oldest first, and makes room for those to come.

        Whole partitions are dropped, whose last event is old enough. Where one does not end soon, like the first one, a
        batch of rows is deleted per transaction.
        """
        age_s, purged = older_than.total_seconds(), _BATCH
        while purged == _BATCH:
            ((purged,),) = await fetch(self._engine, _PURGE, {"age_s": age_s, "batch": _BATCH})
        try:
            (turned,) = await fetch(self._engine, _TURN_PARTITIONS, {"age_s": age_s})
        except AppError as failure:
            log.error("partitions of the outbox are neither made nor dropped", error=failure.message)
            raise
        if any(turned):
            # Somebody has to close outbox_rest: docs/operations.md, Partitions.
            (log.error if turned.too_large else log.info)("partitions of the outbox", **turned._mapping)

    def _published(self, row: Row[Any]) -> PublishedEvent:
        position, payload, kind, *others = tuple[Any, ...](row)
        fields = dict(zip(_FIELDS, (kind, *others), strict=True))
        return PublishedEvent(
            position=position, event=Event(payload={}, content=self._read(kind, bytes(payload)), **fields)
        )


class FeedTail:
    """Passes every event from now on to `dispatch`, once and in order, in this process; first the position to `begin`.

    Call `wake` when this process has committed events: under load, the events of `pace_s` are read together. Events
    that other replicas commit are found after `idle_s`.
    """

    def __init__(
        self,
        feed: Feed,
        dispatch: Callable[[Sequence[PublishedEvent]], None],
        *,
        begin: Callable[[int], None] = lambda _: None,
        idle_s: float = 1.0,
        pace_s: float = 0.04,
        report: Report = to_nobody,
    ) -> None:
        self._feed = feed
        self._dispatch = dispatch
        self._begin = begin
        self._position = 0
        self._loop = PollingLoop("feed tail", self._go_on, idle_s=idle_s, pace_s=pace_s, report=report)
        self.wake = self._loop.wake
        self.stop = self._loop.stop

    async def start(self) -> None:
        self._position = (await self._feed.end()).decided
        self._begin(self._position)
        await self._loop.start()

    async def _go_on(self) -> bool:
        end = await self._feed.end()
        if end.pending:
            # A writer is active. If it belongs to another replica, nothing wakes this loop when it ends.
            self.wake()
        if end.decided <= self._position:
            return False
        events = await self._feed.after(self._position, limit=_BATCH, end=end)
        if events:
            failpoints.reach("published_not_delivered")
            self._dispatch(events)
            self._position = events[-1].position
        return len(events) == _BATCH
