"""What a process counts: calls, jobs, batches and events. Nothing is loaded or counted before `begin`.

Labels have few values: methods of the contract, reasons and kinds of jobs that this version knows.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

LATENCY_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_DELAY_S = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_ITEMS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
OTHER = "OTHER"


class _Counters:
    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        counter = partial(Counter, namespace="easyorder", registry=self.registry)
        histogram = partial(Histogram, namespace="easyorder", registry=self.registry)
        self.calls = counter("rpc_calls", "Calls that have ended", ["method", "code", "reason"])
        self.durations = histogram("rpc_duration_seconds", "How long unary calls took", ["method"], buckets=LATENCY_S)
        self.attempts = counter("job_attempts", "Attempts of jobs", ["kind", "outcome"])
        self.batches = histogram("batch_items", "How many requests a batch serves", ["batch"], buckets=_ITEMS)
        self.delays = histogram(
            "event_delay_seconds", "From an event until its consumer has it", ["consumer"], buckets=_DELAY_S
        )
        self.published = counter("broker_events_published", "Events that the broker has confirmed")
        self.broker_connections = counter("broker_connections", "Connections made to the broker")


_counters: _Counters | None = None


def begin() -> None:
    """Counts from now on."""
    global _counters
    _counters = _counters or _Counters()


def end() -> None:
    """Forgets all of it, and counts no more."""
    global _counters
    _counters = None


def is_on() -> bool:
    return _counters is not None


def registry() -> CollectorRegistry | None:
    """What was counted; None if nothing is."""
    return _counters.registry if _counters else None


def count_call(method: str, code: str, reason: str, seconds: float | None) -> None:
    """A call has ended. `seconds` is None for a stream, which lasts as long as its reader wants."""
    if _counters:
        _counters.calls.labels(method, code, reason).inc()
        if seconds is not None:
            _counters.durations.labels(method).observe(seconds)


def count_attempt(kind: str, outcome: str) -> None:
    """An attempt of a job has ended: `done`, `failed` or `dead`."""
    if _counters:
        _counters.attempts.labels(kind, outcome).inc()


def count_batch(name: str, items: int) -> None:
    """A batch begins."""
    if _counters:
        _counters.batches.labels(name).observe(items)


def count_delay(consumer: str, seconds: float) -> None:
    """A consumer has a batch of events, the oldest of which is that old."""
    if _counters:
        _counters.delays.labels(consumer).observe(max(0.0, seconds))


def count_published(events: int) -> None:
    """The broker has confirmed that it has these."""
    if _counters:
        _counters.published.inc(events)


def count_broker_connection() -> None:
    """A connection to the broker was made, the first one or another one."""
    if _counters:
        _counters.broker_connections.inc()


def calls() -> dict[tuple[str, str], int]:
    """How many calls have ended, by method and by reason; by code where there is no reason."""
    of = (sample for family in (_counters.calls.collect() if _counters else ()) for sample in family.samples)
    return {
        (one.labels["method"], one.labels["reason"] or one.labels["code"]): int(one.value)
        for one in of
        if one.name.endswith("_total")
    }


def latencies() -> dict[str, list[int]]:
    """By method, how many calls took at most each time of LATENCY_S, and how many there were."""
    found: dict[str, list[int]] = {}
    for family in _counters.durations.collect() if _counters else ():
        for sample in family.samples:
            if sample.name.endswith("_bucket"):
                found.setdefault(sample.labels["method"], []).append(int(sample.value))
    return found
