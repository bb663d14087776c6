"""A process for test_telemetry: serves, calls itself in one trace, fails once, runs jobs, logs, and ends.

python -m tests.chassis.telemetry_process <collector or ""> <json or console>
"""

from __future__ import annotations

import asyncio
import logging
import sys
from contextlib import suppress
from random import Random
from typing import Any

import grpc
from easyorder.order.v1 import GetOrderRequest
from opentelemetry import trace

from chassis import logs
from chassis.errors import Internal, PermissionDenied, Unavailable
from chassis.grpc.channel import open_channel
from chassis.job_runner import JobRunner
from chassis.jobs import Backoff, Job, JobResult, NewJob
from chassis.settings import MeshSettings
from telemetry.gauges import Gauges
from telemetry.otlp_metrics import OtlpMetrics
from tests.chassis.grpc.orders import AVAILABLE, CONFIRM_AVAILABILITY, GET_ORDER, OrderApi, orders
from tests.chassis.job_bench import InMemoryJobBench


async def jobs_that_fail() -> None:
    """One is tried again. The other one is given up, which cannot be written. Regular work fails, too."""
    bench, random = InMemoryJobBench(), Random(1)
    given_up, swept = asyncio.Event(), asyncio.Event()

    async def fail(job: Job) -> JobResult:
        raise Unavailable("the provider is away")

    async def dead_letter(job: Job, error: str) -> None:
        given_up.set()
        raise Unavailable("the database is away")

    async def reap() -> None:
        raise Unavailable("the database is away")

    async def sweep() -> None:
        swept.set()
        raise ValueError("a bug")

    def backoff(max_attempts: int) -> Backoff:
        return Backoff(initial_s=60, max_s=60, max_attempts=max_attempts, random=random)

    runner = JobRunner(
        bench.store,
        {"charge": fail, "release_stock": fail},
        backoff=backoff(3),
        backoffs={"release_stock": backoff(1)},
        dead_letter=dead_letter,
        service="order",
    )
    await bench.write(NewJob(kind="charge", key="t-7", payload={"order_id": 7, "revision": 1}, secret="tok_secret"))
    await bench.write(NewJob(kind="release_stock", key="8/1", payload={"order_id": 8}))
    await bench.elapse(61)
    runner.every(3600, reap)
    runner.every(3600, sweep)
    await runner.start()
    await given_up.wait()
    await swept.wait()
    await runner.stop()


async def main(endpoint: str, form: str) -> None:
    settings = MeshSettings.model_validate(
        {"otlp_endpoint": endpoint, "log_format": form, "metrics": bool(endpoint), "trace_ratio": 1}
    )
    logs.configure(settings, "order")
    exports = [OtlpMetrics(endpoint, "order", Gauges())] if endpoint else []
    for export in exports:
        await export.start()
    logging.getLogger("a.library").warning("from %s", "elsewhere")

    async def fail() -> None:
        raise ValueError("a bug")

    async with orders(OrderApi(fail)) as mesh:
        with trace.get_tracer("test").start_as_current_span("the whole story"):
            for started in (
                mesh.user("u1").call(GET_ORDER, GetOrderRequest(id="1"), extra=(("x-request-id", "story-1"),)),
                mesh.user("u1").call(CONFIRM_AVAILABILITY, AVAILABLE),
            ):
                try:
                    await started
                except (Internal, PermissionDenied):
                    continue
        # No gRPC library sends such a header, but anybody can.
        async with open_channel(mesh.address, options=(("grpc.primary_user_agent", b"\xe9"),)) as channel:
            with suppress(grpc.aio.AioRpcError):
                call: Any = channel.unary_unary("/grpc.health.v1.Health/Check")
                await call(b"")
    await jobs_that_fail()
    for export in exports:
        await export.stop()
    is_loaded = {"opentelemetry.sdk", "prometheus_client"} & sys.modules.keys()
    print("telemetry loaded" if is_loaded else "telemetry not loaded")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
