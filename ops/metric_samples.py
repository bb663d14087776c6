"""What a process measured between two moments, for charts: rates and quantiles instead of counters."""

from __future__ import annotations

import asyncio
import os
import socket
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Sequence
from copy import copy
from datetime import datetime, timedelta
from itertools import pairwise

from easyorder.ops import v1

from chassis.background import PollingLoop
from chassis.clock import Clock, SystemClock
from chassis.grpc.streams import stream_end
from chassis.wire import codec
from ops.depths import QueueDepths
from telemetry import metrics
from telemetry.gauges import Gauges

INSTANCE = f"{socket.gethostname()}/{os.getpid()}"
# Between two samples of a stream, and between two that are kept for the streams to come.
SAMPLE_S = 2.0
_KEPT_EVERY_S = 10
# A quarter of an hour: as bytes, three quarters of a megabyte with 60 methods called in each sample; objects take 2.5.
_KEPT = 15 * 60 // _KEPT_EVERY_S
_CODEC = codec(v1.MetricsSample)


class MetricSamples:
    """The samples of one reader: each has what happened since its last one."""

    def __init__(self, service: str, gauges: Gauges, depths: QueueDepths, clock: Clock | None = None) -> None:
        self._service, self._gauges, self._depths, self.clock = service, gauges, depths, clock or SystemClock()
        self._calls, self._latencies, self._taken_at = metrics.calls(), metrics.latencies(), 0.0

    def of_another_reader(self) -> MetricSamples:
        """The samples of a reader that begins now."""
        return MetricSamples(self._service, self._gauges, self._depths, self.clock)

    async def next(self) -> v1.MetricsSample:
        depths = await self._depths.read()
        # From here on at one moment: whoever copies these samples goes on where the last one ends.
        now = asyncio.get_running_loop().time()
        before, self._taken_at = self._taken_at or now, now
        return v1.MetricsSample(
            service=self._service,
            instance=INSTANCE,
            event_time=self.clock.now(),
            sample_duration=timedelta(seconds=now - before),
            methods=self._methods(),
            jobs=[
                v1.JobDepth(kind=kind, state=v1.JobState[state], count=count)
                for (kind, state), count in (sorted(depths.jobs.items()) if depths else ())
            ],
            outbox_pending=depths.outbox if depths else 0,
            changes_pending=(depths.changes or 0) if depths else 0,
            projection_lag_duration=timedelta(seconds=(depths.lag_s or 0) if depths else 0),
            has_depths=depths is not None,
            pools=[
                v1.ConnectionPool(
                    name=name,
                    used_count=int(of["in_use"]),
                    max_count=int(of["max"]),
                    waiting_count=int(of["waiting"]),
                )
                for name, of in self._gauges.pools().items()
            ],
            open_streams=int(self._gauges.read()["streams_open"]),
        )

    def _methods(self) -> list[v1.MethodMetrics]:
        calls, latencies = metrics.calls(), metrics.latencies()
        counts: dict[str, dict[str, int]] = defaultdict(dict)
        for (method, outcome), count in calls.items():
            if ended := count - self._calls.get((method, outcome), 0):
                counts[method][outcome] = ended
        found = []
        for method, by_outcome in sorted(counts.items()):
            upto = latencies.get(method, [])
            earlier = self._latencies.get(method, [0] * len(upto))
            new = [count - before for count, before in zip(upto, earlier, strict=True)]
            found.append(
                v1.MethodMetrics(
                    method=method,
                    call_count=sum(by_outcome.values()),
                    errors={reason: count for reason, count in by_outcome.items() if reason != "OK"},
                    p50_ms=quantile_ms(new, 0.5),
                    p99_ms=quantile_ms(new, 0.99),
                )
            )
        self._calls, self._latencies = calls, latencies
        return found


class MetricHistory:
    """The samples of a process in the last quarter of an hour, taken while it runs, and streams that continue them."""

    def __init__(self, samples: MetricSamples) -> None:
        self._samples = samples
        self._kept: deque[tuple[datetime, bytes]] = deque(maxlen=_KEPT)
        self._loop = PollingLoop("metric history", self.keep_one, idle_s=_KEPT_EVERY_S)
        self.start, self.stop = self._loop.start, self._loop.stop

    async def stream(self, past_minutes: int) -> AsyncIterator[v1.MetricsSample]:
        """The samples of the past minutes, then one every SAMPLE_S: together they have every call once."""
        past = self.past(past_minutes)
        samples, end = copy(self._samples) if past else self._samples.of_another_reader(), stream_end()
        for sample in past:
            yield sample
        while not end.done():
            yield await samples.next()
            await asyncio.wait([end], timeout=SAMPLE_S)
        raise end.result()

    def past(self, minutes: int) -> list[v1.MetricsSample]:
        """The samples of the last minutes, oldest first."""
        since = self._samples.clock.now() - timedelta(minutes=minutes)
        return [_CODEC.decode(encoded) for at, encoded in self._kept if at > since]

    async def keep_one(self) -> bool:
        """Takes a sample; there is no more to do at once."""
        if metrics.is_on():
            sample = await self._samples.next()
            self._kept.append((self._samples.clock.now(), _CODEC.encode(sample)))
        return False


def quantile_ms(upto: Sequence[int], share: float) -> float:
    """The time that this share of the calls did not exceed, of the counts up to each bound; 0 of no calls."""
    if not upto or not upto[-1]:
        return 0.0
    wanted = share * upto[-1]
    bounds = (0.0, *metrics.LATENCY_S)
    for (low, high), (before, count) in zip(pairwise(bounds), pairwise((0, *upto)), strict=False):
        if count >= wanted and count > before:
            return 1000 * (low + (high - low) * (wanted - before) / (count - before))
    return 1000 * bounds[-1]
