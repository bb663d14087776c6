"""The event feed in memory."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.events import Event, PublishedEvent
from order_svc.domain.feed import FeedEnd
from tests.builders.order_ids import CONTENTS


class InMemoryFeed:
    """Publishes in the order of the calls. Events have their contents as bytes, as they do in a database."""

    def __init__(self) -> None:
        self.published: list[PublishedEvent] = []
        self.purged = 0
        self.seen: dict[str, int] = {}

    def publish(self, events: Sequence[Event]) -> list[PublishedEvent]:
        """Answers what was published."""
        new = [
            PublishedEvent(position=position, event=event if event.content else CONTENTS.added_to(event))
            for position, event in enumerate(events, len(self.published) + 1)
        ]
        self.published.extend(new)
        return new

    async def end(self) -> FeedEnd:
        last = len(self.published)
        return FeedEnd(first=min(self.purged + 1, last), decided=last, written=last)

    async def seen_by(self, consumer: str, position: int) -> None:
        self.seen[consumer] = position

    async def after(self, position: int, *, limit: int = 1000) -> list[PublishedEvent]:
        return self.published[max(position, self.purged) :][:limit]

    async def of_aggregate(self, aggregate_id: int, *, after_sequence: int) -> list[PublishedEvent]:
        return [
            published
            for published in self.published[self.purged :]
            if published.event.aggregate_id == aggregate_id and published.event.sequence > after_sequence
        ]
