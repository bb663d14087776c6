"""Events of an arbitrary order."""

from __future__ import annotations

from chassis.events import Event
from tests.fakes.chassis import FakeClock


def an_event(aggregate_id: int = 1, sequence: int = 1) -> Event:
    return Event(
        kind="order_created",
        aggregate_id=aggregate_id,
        sequence=sequence,
        owner="ann",
        owner_team="red",
        occurred_on=FakeClock().now(),
        payload={"order": {"status": "PENDING"}},
    )
