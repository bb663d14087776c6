"""GetMetrics and WatchMetrics on PostgreSQL: what waits there, and what is told when it does not answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from easyorder.google.api import HttpBody
from easyorder.ops.v1 import GetMetricsRequest, JobDepth, JobState, MetricsSample, WatchMetricsRequest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import fetch, make_engine
from chassis.errors import InvalidArgument, Unimplemented
from chassis.grpc.clients import rpc
from ops import depths
from ops.api import OPS, OpsApi
from ops.depths import Depths, QueueDepths
from ops.metric_samples import MetricHistory, MetricSamples
from telemetry import metrics
from telemetry.gauges import Gauges
from tests.chassis.test_ops import Bench
from tests.fakes.chassis import FakeClock
from tests.mesh import Mesh, serving
from tests.polling import eventually

GET_METRICS = rpc(OPS, "GetMetrics", GetMetricsRequest, HttpBody)
WATCH_METRICS = rpc(OPS, "WatchMetrics", WatchMetricsRequest, MetricsSample)


async def lag_ms() -> float:
    return 1500


class NoDepths(QueueDepths):
    """Those of a database that does not answer."""

    def __init__(self) -> None:
        pass

    async def read(self) -> None:
        return None


@pytest.fixture
async def api(chassis_engine: AsyncEngine) -> OpsApi:
    async with chassis_engine.begin() as connection:
        await connection.execute(text("CREATE TABLE change_log (entity text, entity_id bigint)"))
    gauges = Gauges()
    gauges.add_pool("write", chassis_engine)
    return OpsApi("order", chassis_engine, gauges, FakeClock().now(), lag_ms=lag_ms)


@pytest.fixture
async def mesh(api: OpsApi) -> AsyncIterator[Mesh]:
    metrics.begin()
    async with serving({OPS: api}, gauges=api.gauges) as mesh:
        yield mesh
    metrics.end()


async def test_what_waits_is_counted_by_kind_and_state(chassis_engine: AsyncEngine, mesh: Mesh) -> None:
    bench = Bench(chassis_engine)
    for state, key in (("DEAD", "1"), ("DEAD", "2"), ("READY", "3"), ("DONE", "4"), ("DISCARDED", "5")):
        await bench.given(state, key)
    async with chassis_engine.begin() as connection:
        await connection.execute(text("INSERT INTO change_log (entity, entity_id) VALUES ('a', 1), ('a', 2)"))

    lines = (await mesh.admin().call(GET_METRICS, GetMetricsRequest())).data.decode().splitlines()

    assert {line for line in lines if line.startswith("easyorder_jobs")} == {
        'easyorder_jobs{kind="charge",state="DEAD"} 2.0',
        'easyorder_jobs{kind="charge",state="READY"} 1.0',
    }
    assert "easyorder_outbox_pending 0.0" in lines
    assert "easyorder_change_log_entries 2.0" in lines
    assert "easyorder_projection_lag_seconds 1.5" in lines
    assert 'easyorder_database_connections_waiting{pool="write"} 0.0' in lines


async def test_a_stream_has_what_happened_since_its_last_sample(
    chassis_engine: AsyncEngine, mesh: Mesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ops.metric_samples.SAMPLE_S", 0.05)
    await Bench(chassis_engine).given("DEAD", "1")
    stream = mesh.admin().stream(WATCH_METRICS, WatchMetricsRequest())
    first = await anext(stream)
    await mesh.admin().call(GET_METRICS, GetMetricsRequest())

    samples = [await anext(stream)]
    while not samples[-1].methods:
        samples.append(await anext(stream))
    await stream.aclose()

    assert (first.service, first.methods, first.sample_duration, first.open_streams) == ("order", [], timedelta(0), 1)
    assert first.jobs == [JobDepth(kind="charge", state=JobState.DEAD, count=1)]
    (called,) = samples[-1].methods
    assert (called.method, called.call_count, called.errors) == (f"{OPS}/GetMetrics", 1, {})
    assert called.p99_ms >= called.p50_ms > 0
    assert (samples[-1].sample_duration or timedelta(0)) >= timedelta(milliseconds=50)


async def test_a_stream_begins_with_the_past_and_has_every_call_once(
    api: OpsApi, mesh: Mesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ops.metric_samples.SAMPLE_S", 0.05)
    await api.history.keep_one()
    for _ in range(2):
        await mesh.admin().call(GET_METRICS, GetMetricsRequest())
    await api.history.keep_one()
    await mesh.admin().call(GET_METRICS, GetMetricsRequest())

    stream = mesh.admin().stream(WATCH_METRICS, WatchMetricsRequest(past_minutes=15))
    samples = [await anext(stream) for _ in range(2)]

    def calls() -> int:
        return sum(one.call_count for sample in samples for one in sample.methods)

    assert (samples[0].methods, samples[0].sample_duration) == ([], timedelta(0))
    assert calls() > 0
    while calls() < 3:
        samples.append(await anext(stream))
    samples.append(await anext(stream))
    await stream.aclose()
    assert calls() == 3
    assert all(sample.sample_duration for sample in samples[1:])


async def test_at_most_a_quarter_of_an_hour_can_be_asked_for(mesh: Mesh) -> None:
    with pytest.raises(InvalidArgument, match="pastMinutes"):
        await anext(mesh.admin().stream(WATCH_METRICS, WatchMetricsRequest(past_minutes=16)))


async def test_a_quarter_of_an_hour_is_kept() -> None:
    clock, gauges = FakeClock(), Gauges()
    gauges.add("streams_open", lambda: 0)
    history = MetricHistory(MetricSamples("order", gauges, NoDepths(), clock))
    assert await history.keep_one() is False
    assert history.past(15) == []  # nothing is measured

    metrics.begin()
    for _ in range(100):
        clock.advance(10)
        await history.keep_one()
    metrics.end()

    times = [sample.event_time for sample in history.past(15)]
    assert times == [clock.now() - timedelta(seconds=10 * n) for n in range(89, -1, -1)]
    assert [sample.event_time for sample in history.past(1)] == times[-6:]
    assert history.past(0) == []
    assert len(history.past(60)) == 90


async def test_a_service_that_measures_nothing_says_so(mesh: Mesh) -> None:
    metrics.end()

    with pytest.raises(Unimplemented, match="EASYORDER_METRICS"):
        await mesh.admin().call(GET_METRICS, GetMetricsRequest())


async def test_callers_that_wait_for_a_connection_are_counted(chassis_engine: AsyncEngine) -> None:
    engine, gauges = make_engine(chassis_engine.url, application_name="tests", pool_size=1), Gauges()
    gauges.add_pool("write", engine)
    async with engine.connect():
        waiting = asyncio.create_task(fetch(engine, text("SELECT 1")))

        async def waits() -> bool:
            return gauges.pools() == {"write": {"in_use": 1, "max": 1, "waiting": 1}}

        await eventually(waits)
    await waiting
    assert gauges.read()["write_connections_waiting"] == 0
    await engine.dispose()


async def test_one_count_serves_all_and_a_database_that_hangs_delays_nobody(
    chassis_engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = make_engine(chassis_engine.url, application_name="tests", pool_size=1)
    counted, queues = 0, QueueDepths(engine, None)
    count = queues._count

    async def counting() -> Depths | None:
        nonlocal counted
        counted += 1
        return await count()

    queues._count = counting  # type: ignore[method-assign]
    monkeypatch.setattr(depths, "_WAIT_S", 0.05)
    async with engine.connect():
        assert not any(await asyncio.gather(queues.read(), queues.read()))

    async def answered() -> Depths | None:
        return await queues.read()

    assert await eventually(answered) == Depths({}, 0)
    assert counted == 1
    await engine.dispose()
