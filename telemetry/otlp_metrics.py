"""Sends the metrics of a process to a collector of OpenTelemetry, under the names that Prometheus reads."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from telemetry import metrics
from telemetry.gauges import Gauges
from telemetry.traces import EXPORT_TIMEOUT_S, resource

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics.export import Metric as OtelMetric
    from opentelemetry.sdk.metrics.export import MetricsData
    from prometheus_client.metrics_core import Metric

_EVERY_S = 15


class OtlpMetrics:
    """Sends every `every_s`, and once more at the end, in a thread: a collector that does not answer delays nothing."""

    def __init__(self, endpoint: str, service: str, gauges: Gauges, *, every_s: float = _EVERY_S) -> None:
        from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter

        self._exporter = OTLPMetricExporter(endpoint=endpoint, insecure=True, timeout=EXPORT_TIMEOUT_S)
        self._service, self._gauges, self._every_s = service, gauges, every_s
        self._began_ns, self._ending = time.time_ns(), asyncio.Event()

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="OTLP metrics")

    async def stop(self) -> None:
        self._ending.set()
        await self._task

    async def _run(self) -> None:
        while not self._ending.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._every_s):
                    await self._ending.wait()
            # An exporter logs by itself that its collector does not answer.
            await asyncio.to_thread(self._exporter.export, await self._data(), timeout_millis=EXPORT_TIMEOUT_S * 1000)
        await asyncio.to_thread(self._exporter.shutdown, timeout_millis=EXPORT_TIMEOUT_S * 1000)

    async def _data(self) -> MetricsData:
        from opentelemetry.sdk.metrics.export import MetricsData, ResourceMetrics, ScopeMetrics
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.util.instrumentation import InstrumentationScope

        counted = metrics.registry()
        families = [*(counted.collect() if counted else ()), *await self._gauges.collect()]
        found = list(otlp(families, self._began_ns, time.time_ns()))
        scope = ScopeMetrics(InstrumentationScope("easyorder"), found, "")
        return MetricsData([ResourceMetrics(Resource.create(resource(self._service)), [scope], "")])


def otlp(families: Iterable[Metric], began_ns: int, now_ns: int) -> Iterator[OtelMetric]:
    """The same as OpenTelemetry has it: sums since the process began, histograms and gauges."""
    from opentelemetry.sdk.metrics.export import AggregationTemporality, Gauge, Histogram, NumberDataPoint, Sum
    from opentelemetry.sdk.metrics.export import Metric as OtelMetric

    since_start = AggregationTemporality.CUMULATIVE
    for family in families:
        if family.type == "histogram":
            data: Any = Histogram(_histogram_points(family, began_ns, now_ns), since_start)
        else:
            points = [
                NumberDataPoint(sample.labels, began_ns, now_ns, sample.value)
                for sample in family.samples
                if not sample.name.endswith("_created")
            ]
            data = Sum(points, since_start, True) if family.type == "counter" else Gauge(points)
        yield OtelMetric(family.name, family.documentation, family.unit, data)


def _histogram_points(family: Metric, began_ns: int, now_ns: int) -> list[Any]:
    from opentelemetry.sdk.metrics.export import HistogramDataPoint

    by_labels: dict[tuple[tuple[str, str], ...], dict[str, Any]] = {}
    for sample in family.samples:
        labels = tuple((name, value) for name, value in sample.labels.items() if name != "le")
        of = by_labels.setdefault(labels, {"bounds": [], "counts": [], "sum": 0.0})
        if sample.name.endswith("_bucket"):
            of["counts"].append(int(sample.value))
            of["bounds"].append(float(sample.labels["le"]))
        elif sample.name.endswith("_sum"):
            of["sum"] = sample.value
    points = []
    for labels, of in by_labels.items():
        # Prometheus counts up to each bound, OpenTelemetry between two.
        counts = [count - before for before, count in zip([0, *of["counts"]], of["counts"], strict=False)]
        total = of["counts"][-1]
        bounds = of["bounds"][:-1]
        points.append(HistogramDataPoint(dict(labels), began_ns, now_ns, total, of["sum"], counts, bounds, 0.0, 0.0))
    return points
