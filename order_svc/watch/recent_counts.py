"""What happened to everybody's orders in the last quarter of an hour, counted in buckets of five seconds for charts.

A ring of buckets: a third of a megabyte in a busy shop, 3 MB if orders take every time from a millisecond to an hour.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from easyorder.order.v1 import LatencyCount, OrderCounts, OrderCountsBucket, OrderStatus, PaymentOutcome

from chassis.clock import Clock
from order_svc.domain.events import ORDER_CREATED, ORDER_STATUS_CHANGED, PAYMENT_ATTEMPT
from order_svc.watch.events import StreamEvent

_BUCKET_S = 5
# The oldest is incomplete in the quarter of an hour.
_BUCKETS = 15 * 60 // _BUCKET_S + 1
# Eight for each doubling of a latency, from 1 ms to over an hour.
_BINS = 176
_PLACED, _PAID = "placed_count", "paid_count"
_REACHED = {
    OrderStatus.PAID.value: _PAID,
    OrderStatus.FAILED.value: "failed_count",
    OrderStatus.CANCELLED.value: "cancelled_count",
}
_OUTCOMES = {
    PaymentOutcome.CHARGED.value: "charged_count",
    PaymentOutcome.REFUSED.value: "refused_count",
    PaymentOutcome.TRANSIENT.value: "transient_count",
    PaymentOutcome.GIVEN_UP.value: "given_up_count",
}


@dataclass(slots=True)
class _Bucket:
    """Counts by the fields of an OrderCountsBucket, and latencies by their bins; `number` is its time in buckets."""

    number: int = -1
    counts: Counter[str] = field(default_factory=Counter)
    latencies: Counter[int] = field(default_factory=Counter)


class RecentCounts:
    """Counts from its creation on."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since = clock.now()
        self._buckets = [_Bucket() for _ in range(_BUCKETS)]

    def count(self, stream_event: StreamEvent) -> None:
        """Counts the event when it happened; not if that was too long ago."""
        if (name := _counted(stream_event)) is None:
            return
        now = _number(self._clock.now())
        number = min(_number(stream_event.event.occurred_on), now)
        if number <= now - _BUCKETS:
            return
        bucket = self._buckets[number % _BUCKETS]
        if bucket.number != number:
            bucket = self._buckets[number % _BUCKETS] = _Bucket(number)
        bucket.counts[name] += 1
        if name == _PAID:
            bucket.latencies[_bin(_latency_ms(stream_event.content.order_status_changed.order))] += 1

    def of_past(self, minutes: int) -> OrderCounts:
        """What was counted in the last minutes, from the beginning of a bucket."""
        first = _number(max(self._since, self._clock.now() - timedelta(minutes=minutes)))
        known = sorted((one for one in self._buckets if one.number >= first), key=lambda one: one.number)
        return OrderCounts(
            start_time=max(self._since, _start(first)),
            bucket_duration=timedelta(seconds=_BUCKET_S),
            buckets=[_message(one) for one in known],
        )


def _counted(stream_event: StreamEvent) -> str | None:
    kind = stream_event.event.kind
    if kind == ORDER_CREATED:
        return _PLACED
    if kind == PAYMENT_ATTEMPT:
        return _OUTCOMES.get(stream_event.content.payment_attempt.outcome)
    if kind == ORDER_STATUS_CHANGED:
        change = stream_event.content.order_status_changed
        return _REACHED.get(change.to_status) if change.from_status != change.to_status else None
    return None


def _latency_ms(order: Any) -> float:
    placed, paid = order.placed_at, order.paid_at
    return float((paid.seconds - placed.seconds) * 1000 + (paid.nanos - placed.nanos) / 1e6)


def _bin(latency_ms: float) -> int:
    return min(int(8 * math.log2(max(latency_ms, 1))), _BINS - 1)


def _number(at: datetime) -> int:
    return int(at.timestamp()) // _BUCKET_S


def _start(number: int) -> datetime:
    return datetime.fromtimestamp(number * _BUCKET_S, UTC)


def _message(bucket: _Bucket) -> OrderCountsBucket:
    latencies = [
        LatencyCount(latency_ms=round(2 ** ((one + 0.5) / 8), 2), count=count)
        for one, count in sorted(bucket.latencies.items())
    ]
    return OrderCountsBucket(start_time=_start(bucket.number), **bucket.counts, latencies=latencies)
