"""The outbox: events written with their change, put in one order for everybody by a relay, and read by every replica.

Rows commit in another order than they got their ids, so "everything after the last id I saw" loses events. The relay
gives positions to rows that are already visible, one batch after the other under a lock: a reader that has seen a
position has seen all before it. What a relay published goes straight to the readers of its own process; those of
others find it in the database.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Text, cast, func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import failpoints
from chassis.background import PollingLoop, Report, to_nobody
from chassis.db.failures import translated
from chassis.db.tables import OUTBOX
from chassis.events import Event, JsonPayload, PublishedEvent

_BATCH = 1000
_SELECT = select(
    OUTBOX.c.position,
    OUTBOX.c.kind,
    OUTBOX.c.aggregate_id,
    OUTBOX.c.sequence,
    OUTBOX.c.owner,
    OUTBOX.c.owner_team,
    OUTBOX.c.occurred_on,
    cast(OUTBOX.c.payload, Text).label("payload_json"),
)
_PUBLISH = text(
    "SELECT position, kind, aggregate_id, sequence, owner, owner_team, occurred_on, "
    "CAST(payload AS text) AS payload_json FROM publish_outbox(:batch) ORDER BY position"
).columns(*_SELECT.selected_columns)


def event_rows(events: Sequence[Event]) -> list[dict[str, Any]]:
    """Events as rows of the outbox, to be written in the transaction of what they tell."""
    return [
        {
            "kind": event.kind,
            "aggregate_id": event.aggregate_id,
            "sequence": event.sequence,
            "owner": event.owner,
            "owner_team": event.owner_team,
            "occurred_on": event.occurred_on,
            "payload": event.payload,
        }
        for event in events
    ]


class Relay:
    """Publishes what the outbox holds. Every replica runs one; whichever is first does the work.

    `on_published` is told what this one published, in order of position. It is never all there is: other replicas
    publish too, and a connection can break between the commit and its answer.
    """

    def __init__(
        self, engine: AsyncEngine, *, idle_s: float = 0.5, pace_s: float = 0.04, report: Report = to_nobody
    ) -> None:
        self._engine = _single_statements(engine)
        self._loop = PollingLoop("outbox relay", self._publish, idle_s=idle_s, pace_s=pace_s, report=report)
        self.on_published: list[Callable[[Sequence[PublishedEvent]], None]] = []
        self.wake = self._loop.wake
        self.start = self._loop.start
        self.stop = self._loop.stop

    async def _publish(self) -> bool:
        async with self._engine.connect() as connection:
            published = [_event(*row) for row in await connection.execute(_PUBLISH, {"batch": _BATCH})]
        if published:
            failpoints.reach("published_not_delivered")
            for listener in self.on_published:
                listener(published)
        return len(published) == _BATCH


class Feed:
    """Reads published events in order of position."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = _single_statements(engine)

    async def last_position(self) -> int:
        """Where the feed ends now; 0 when nothing was ever published."""
        with translated():
            async with self._engine.connect() as connection:
                return await connection.scalar(select(func.max(OUTBOX.c.position))) or 0

    async def after(self, position: int, *, limit: int = _BATCH) -> list[PublishedEvent]:
        """The next events after `position`, of all aggregates."""
        query = _SELECT.where(OUTBOX.c.position > position).order_by(OUTBOX.c.position).limit(limit)
        return await self._read(query)

    async def of_aggregate(self, aggregate_id: int, *, after_sequence: int) -> list[PublishedEvent]:
        """The published events of one aggregate after `after_sequence`, in order."""
        query = (
            _SELECT.where(OUTBOX.c.aggregate_id == aggregate_id, OUTBOX.c.sequence > after_sequence)
            .where(OUTBOX.c.position.is_not(None))
            .order_by(OUTBOX.c.sequence)
        )
        return await self._read(query)

    async def _read(self, query: Select[Any]) -> list[PublishedEvent]:
        with translated():
            async with self._engine.connect() as connection:
                return [_event(*row) for row in await connection.execute(query)]


class FeedTail:
    """Hands every event that is published from now on to `dispatch`, once and in order, in this process.

    What it is handed over is delivered without a query where it goes on exactly where the tail is. Whatever is missing
    before it is read: another replica published it, or it will never be, because the relay that took the position
    failed.
    """

    def __init__(
        self,
        feed: Feed,
        dispatch: Callable[[Sequence[PublishedEvent]], None],
        *,
        idle_s: float = 0.1,
        report: Report = to_nobody,
    ) -> None:
        self._feed = feed
        self._dispatch = dispatch
        self._position = 0
        self._handed_over: list[PublishedEvent] = []
        # Woken by this process's relay; the interval is for events that another replica's relay published.
        self._loop = PollingLoop("feed tail", self._go_on, idle_s=idle_s, report=report)
        self.stop = self._loop.stop

    async def start(self) -> None:
        self._position = await self._feed.last_position()
        await self._loop.start()

    def dispatch(self, published: Sequence[PublishedEvent]) -> None:
        """Takes what this process's relay just published, in order of position: give it to `Relay.on_published`."""
        self._handed_over += published
        self._loop.wake()

    async def _go_on(self) -> bool:
        # Only here is delivered, by one round after the other: what is handed over meanwhile waits for the next one.
        handed_over, self._handed_over = self._handed_over, []
        new = [published for published in handed_over if published.position > self._position]
        if handed_over and _is_gapless(new, after=self._position):
            self._dispatch_all(new)
            return False
        events = await self._feed.after(self._position)
        self._dispatch_all(events)
        return len(events) == _BATCH

    def _dispatch_all(self, events: Sequence[PublishedEvent]) -> None:
        if events:
            self._dispatch(events)
            self._position = events[-1].position


def _is_gapless(events: Sequence[PublishedEvent], *, after: int) -> bool:
    return all(published.position == position for position, published in enumerate(events, after + 1))


def _single_statements(engine: AsyncEngine) -> AsyncEngine:
    """Without BEGIN and COMMIT: one round trip each."""
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def _event(
    position: int,
    kind: str,
    aggregate_id: int,
    sequence: int,
    owner: str,
    owner_team: str | None,
    occurred_on: datetime,
    payload: str,
) -> PublishedEvent:
    return PublishedEvent(
        position=position,
        event=Event(
            kind=kind,
            aggregate_id=aggregate_id,
            sequence=sequence,
            owner=owner,
            owner_team=owner_team,
            occurred_on=occurred_on,
            payload=JsonPayload(payload),
        ),
    )
