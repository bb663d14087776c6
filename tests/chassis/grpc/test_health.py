"""A process reports SERVING while its dependencies are available, and checks them by itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from chassis import clock
from chassis.clock import SystemClock
from chassis.errors import Unavailable
from chassis.grpc.channel import open_channel
from chassis.grpc.health import ProbedHealth
from tests.polling import eventually

SERVICE = "easyorder.order.v1.OrderService"
SERVING, NOT_SERVING = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING


class Need:
    """What the process needs: it is there, fails, or does not answer."""

    def __init__(self) -> None:
        self.fails = False
        self.answers = asyncio.Event()
        self.answers.set()
        self.asked = 0

    async def __call__(self) -> None:
        self.asked += 1
        await self.answers.wait()
        if self.fails:
            raise Unavailable("the disk is full")


@pytest.fixture
def need() -> Need:
    return Need()


@pytest.fixture
async def stub(need: Need) -> AsyncIterator[health_pb2_grpc.HealthStub]:
    health = ProbedHealth([SERVICE], need, every_s=0.02, deadline_s=0.2)
    server = grpc.aio.server()
    health_pb2_grpc.add_HealthServicer_to_server(health.servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await health.start()
    await server.start()
    async with open_channel(f"127.0.0.1:{port}") as channel:
        yield health_pb2_grpc.HealthStub(channel)
    await health.drain()
    await server.stop(None)
    await health.stop()


async def says(stub: Any) -> set[int]:
    """What is said of the process and of its service."""
    asked = [health_pb2.HealthCheckRequest(service=name) for name in ("", SERVICE)]
    return {(await stub.Check(request)).status for request in asked}


async def test_what_fails_is_told_until_it_works_again(stub: health_pb2_grpc.HealthStub, need: Need) -> None:
    assert await says(stub) == {SERVING}

    need.fails = True
    await eventually(lambda: _is(stub, NOT_SERVING))

    need.fails = False
    await eventually(lambda: _is(stub, SERVING))


async def test_what_does_not_answer_is_asked_once_and_told(stub: health_pb2_grpc.HealthStub, need: Need) -> None:
    await eventually(lambda: need.asked > 0)
    need.answers.clear()

    await eventually(lambda: _is(stub, NOT_SERVING))
    asked = need.asked
    for _ in range(100):
        assert await says(stub) == {NOT_SERVING}
    assert need.asked == asked

    need.answers.set()
    await eventually(lambda: _is(stub, SERVING))


async def _is(stub: health_pb2_grpc.HealthStub, status: int) -> bool:
    return await says(stub) == {status}


async def test_it_has_asked_once_when_it_has_started(need: Need) -> None:
    health = ProbedHealth([SERVICE], need, every_s=60)

    await health.start()

    assert need.asked == 1
    await health.stop()


async def test_it_asks_again_at_once_when_the_machines_clock_was_set(need: Need) -> None:
    health = ProbedHealth([SERVICE], need, every_s=60)
    await health.start()

    SystemClock.on_step()

    await eventually(lambda: need.asked == 2)
    await health.stop()


async def test_a_process_without_calls_notices_that_the_machines_clock_was_set(
    need: Need, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SystemClock, "ahead_s", 0.0)
    monkeypatch.setattr(SystemClock, "machine_ahead_s", time.time() - time.monotonic())
    health = ProbedHealth([SERVICE], need, every_s=60)
    await health.start()

    monkeypatch.setattr(clock, "time", lambda: time.time() + 3600)

    await eventually(lambda: need.asked > 1)
    await health.stop()


async def test_it_starts_although_there_is_no_answer(need: Need) -> None:
    health = ProbedHealth([SERVICE], need, every_s=60)
    need.answers.clear()

    async with asyncio.timeout(5):
        await health.start()

    await health.stop()
