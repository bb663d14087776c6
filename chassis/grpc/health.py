"""grpc.health.v1 of a process: SERVING while its dependencies respond in time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog
from grpc_health.v1 import health_pb2
from grpc_health.v1._async import HealthServicer

from chassis.background import PollingLoop, passes
from chassis.clock import SystemClock

log = structlog.get_logger(__name__)

# Raises if a dependency of the process is not available.
Probe = Callable[[], Awaitable[None]]


class ProbedHealth:
    """The health of a process and each of its `services`.

    `probe` runs every `every_s`, and every second after it has failed, independent of the number of health checks. A
    probe that has not ended after `deadline_s` has failed but is not cancelled; no other probe starts until it ends.
    """

    def __init__(
        self, services: Sequence[str], probe: Probe | None, *, every_s: float = 10.0, deadline_s: float = 3.0
    ) -> None:
        self.servicer = HealthServicer()
        self._names, self._probe = ("", *services), probe
        self._every_s, self._deadline_s = every_s, deadline_s
        self._serving = True
        self._probing: asyncio.Task[None] | None = None
        self._loop = PollingLoop("health", self._look, idle_s=every_s, pace_s=min(0.1, every_s))
        # A process without calls notices within a second, too, that the machine's clock was set.
        self._clock = PollingLoop("clock", self._look_at_clock, idle_s=1.0)

    async def start(self) -> None:
        await self._publish()
        if self._probe:
            looked, SystemClock.on_step = self._loop.flush(), self._loop.wake
            await self._loop.start()
            await self._clock.start()
            # What the probe learns, such as the time, is known before the first call, unless that takes too long.
            await passes(looked, within_s=1.0)

    async def drain(self) -> None:
        """Reports NOT_SERVING from now on."""
        await self.servicer.enter_graceful_shutdown()

    async def stop(self) -> None:
        await self._clock.stop()
        await self._loop.stop()
        if self._probing:
            self._probing.cancel()
            await asyncio.gather(self._probing, return_exceptions=True)

    async def _look(self) -> bool:
        assert self._probe is not None
        if self._probing is None:
            self._probing = asyncio.ensure_future(self._probe())
        await asyncio.wait([self._probing], timeout=self._deadline_s)
        fault: BaseException | None = TimeoutError("no answer in time")
        if self._probing.done():
            fault, self._probing = self._probing.exception(), None
        if self._serving == bool(fault):
            self._serving = not fault
            self._loop.idle_s = self._every_s if self._serving else min(1.0, self._every_s)
            log.info("serving again") if self._serving else log.warning("not serving", error=repr(fault))
            await self._publish()
        return False

    async def _look_at_clock(self) -> bool:
        SystemClock().now()
        return False

    async def _publish(self) -> None:
        says = health_pb2.HealthCheckResponse
        for name in self._names:
            await self.servicer.set(name, says.SERVING if self._serving else says.NOT_SERVING)
