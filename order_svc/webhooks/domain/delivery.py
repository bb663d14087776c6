"""Deliveries: what a webhook was sent, and is to be sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from chassis.events import Event


class DeliveryState(Enum):
    """WAITING for an earlier event of the same order; READY to be sent, of each order one at most."""

    READY = "READY"
    WAITING = "WAITING"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An entry of the log."""

    id: int
    webhook_id: int
    kind: str
    order_id: int
    sequence: int
    event_time: datetime
    state: DeliveryState
    attempts: int
    last_attempt_at: datetime | None
    due_at: datetime
    response_status: int
    last_error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDelivery:
    """What is to be sent in `in_s` seconds, or now. Without an event, it is no longer kept."""

    id: int
    attempts: int
    in_s: float
    event: Event | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How an attempt ended. Without an error, it was delivered; a status of 0 stands for no answer."""

    status: int = 0
    error: str = ""

    @property
    def is_gone(self) -> bool:
        """The receiver wants no more events (RFC 9110: 410)."""
        return self.status == 410


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What becomes of a delivery. If it is `final`, a failure is not tried again."""

    id: int
    attempts: int
    status: int
    error: str
    delay_s: float
    final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """How many attempts of a webhook in a row have failed, and for how many seconds."""

    failures: int
    for_s: float
