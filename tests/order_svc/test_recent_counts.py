"""What happened in the last quarter of an hour is counted in a ring of buckets, which forgets what is older."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from easyorder.order.v1 import LatencyCount, OrderCountsBucket

from chassis.events import Event, PublishedEvent
from order_svc.watch.events import StreamEvent
from order_svc.watch.recent_counts import RecentCounts
from tests.builders.order import AT, an_order
from tests.builders.order_ids import CONTENTS, IDS
from tests.fakes.chassis import FakeClock

SOON, NOW = LatencyCount(latency_ms=1.04, count=1), timedelta(0)


class Bench:
    """Counts of a process that has just started."""

    def __init__(self) -> None:
        self.clock = FakeClock(AT)
        self.counts = RecentCounts(self.clock)

    def happens(self, events: Sequence[Event], *, ago: timedelta = NOW) -> None:
        for event in events:
            stored = replace(CONTENTS.added_to(event), occurred_on=self.clock.now() - ago)
            self.counts.count(StreamEvent(PublishedEvent(position=1, event=stored), IDS))

    def placed(self, minutes: int = 15) -> list[tuple[datetime | None, int]]:
        return [(one.start_time, one.placed_count) for one in self.counts.of_past(minutes).buckets]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_statuses_and_attempts_are_counted_when_they_happened(bench: Bench) -> None:
    order, stuck = an_order(), an_order()
    bench.happens([*order.events, *stuck.events])
    bench.clock.advance(7)
    bench.happens(stuck.build().charge_put_off(reason="no answer", at=AT, next_attempt=AT))
    bench.happens([*an_order().refused().events[1:], *stuck.build().cancel(reason="late", at=AT)])
    bench.happens(order.build().charged(at=AT + timedelta(milliseconds=80)))

    counts = bench.counts.of_past(15)

    assert (counts.start_time, counts.bucket_duration) == (AT, timedelta(seconds=5))
    first, second = counts.buckets
    assert first == OrderCountsBucket(start_time=AT, placed_count=2)
    assert second == OrderCountsBucket(
        start_time=AT + timedelta(seconds=5),
        paid_count=1,
        failed_count=1,
        cancelled_count=1,
        charged_count=1,
        refused_count=1,
        transient_count=1,
        latencies=second.latencies,
    )
    (latency,) = second.latencies
    assert latency.latency_ms == pytest.approx(80, rel=0.05)


def test_what_changes_only_the_items_of_a_paid_order_is_not_another_payment(bench: Bench) -> None:
    paid = an_order().paid()
    bench.happens(paid.events)
    bench.happens(paid.build().annotate({"channel": "app"}, at=AT))

    (bucket,) = bench.counts.of_past(15).buckets
    assert (bucket.paid_count, bucket.latencies) == (1, [SOON])


def test_a_quarter_of_an_hour_is_kept(bench: Bench) -> None:
    bench.happens(an_order().events)
    bench.clock.advance(15 * 60)
    assert bench.placed() == [(AT, 1)]

    bench.clock.advance(5)
    bench.happens(an_order().events)
    now = AT + timedelta(seconds=905)

    assert bench.placed() == bench.placed(minutes=1) == [(now, 1)]
    assert bench.counts.of_past(15).start_time == now - timedelta(minutes=15)
    bench.happens(an_order().events, ago=timedelta(seconds=905))
    assert bench.placed() == [(now, 1)]


def test_what_happened_late_is_counted_then_and_nothing_in_the_future(bench: Bench) -> None:
    bench.clock.advance(60)
    bench.happens(an_order().events, ago=timedelta(seconds=30))
    bench.happens(an_order().events, ago=timedelta(days=-1))

    assert bench.placed() == [(AT + timedelta(seconds=30), 1), (AT + timedelta(seconds=60), 1)]


def test_what_happened_before_the_process_started_is_unknown(bench: Bench) -> None:
    bench.clock.advance(3)
    counts = RecentCounts(bench.clock)
    bench.counts = counts
    bench.clock.advance(20)
    bench.happens(an_order().events, ago=timedelta(seconds=60))

    assert counts.of_past(15).start_time == AT + timedelta(seconds=3)
    assert bench.placed() == []


@pytest.mark.parametrize(("took", "shown_ms"), [(timedelta(seconds=-1), 1.04), (timedelta(days=9), 4_016_479.27)])
def test_latencies_have_a_fixed_number_of_bins(bench: Bench, took: timedelta, shown_ms: float) -> None:
    bench.happens(an_order().build().charged(at=AT + took))

    (bucket,) = bench.counts.of_past(1).buckets
    assert bucket.latencies == [LatencyCount(latency_ms=shown_ms, count=1)]
