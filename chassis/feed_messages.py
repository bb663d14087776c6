"""Events of a feed as messages of the contract, and back."""

from __future__ import annotations

import json

from easyorder.feed.v1 import Event as EventMessage
from easyorder.feed.v1 import EventBatch as EventBatchMessage
from pydantic_core import to_json

from chassis.events import Event, EventBatch, PublishedEvent


def event_message(published: PublishedEvent) -> EventMessage:
    event = published.event
    return EventMessage(
        position=published.position,
        kind=event.kind,
        aggregate_id=event.aggregate_id,
        sequence=event.sequence,
        owner=event.owner,
        owner_team=event.owner_team or "",
        time=event.occurred_on,
        payload=to_json(event.payload).decode(),
    )


def batch_of(message: EventBatchMessage) -> EventBatch:
    events = [_event_of(event) for event in message.events]
    return EventBatch(events=events, after=message.after_position, position=message.position)


def _event_of(message: EventMessage) -> PublishedEvent:
    assert message.time is not None
    event = Event(
        kind=message.kind,
        aggregate_id=message.aggregate_id,
        sequence=message.sequence,
        owner=message.owner,
        owner_team=message.owner_team or None,
        occurred_on=message.time,
        payload=json.loads(message.payload),
    )
    return PublishedEvent(position=message.position, event=event)
