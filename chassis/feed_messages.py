"""Events of a feed as messages of the contract, and back."""

from __future__ import annotations

from easyorder.feed.v1 import Event as EventMessage
from easyorder.feed.v1 import EventBatch as EventBatchMessage
from pydantic_core import to_json

from chassis.events import Event, EventBatch, JsonPayload, PublishedEvent


def event_message(published: PublishedEvent) -> EventMessage:
    event = published.event
    payload = event.payload
    return EventMessage(
        position=published.position,
        kind=event.kind,
        aggregate_id=event.aggregate_id,
        sequence=event.sequence,
        owner=event.owner,
        owner_team=event.owner_team or "",
        time=event.occurred_on,
        payload=payload.text if isinstance(payload, JsonPayload) else to_json(payload).decode(),
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
        payload=JsonPayload(message.payload),
    )
    return PublishedEvent(position=message.position, event=event)
