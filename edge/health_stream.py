"""WatchHealth: every process of the mesh, and again when something has changed.

However many streams there are, each process is watched once, and only while there is a stream, and eight streams at a
time ask the processes what they count. A stream pauses ten times as long as that took, but no longer than it is silent.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from functools import partial
from typing import Any

import grpc
from easyorder.ops import v1

from chassis.background import passes
from chassis.context import current
from chassis.errors import AppError, PermissionDenied, TokenRevoked
from chassis.grpc import metadata
from chassis.grpc.clients import rpc
from chassis.grpc.status import from_rpc_error, to_status
from chassis.wire import codec
from edge.mesh_health import SERVING, UNREACHABLE, MeshHealth
from ops.snapshots import HEARTBEAT_S, snapshots

GET_STATS = rpc("easyorder.ops.v1.OpsService", "GetStats", v1.GetStatsRequest, v1.Stats)
_EVERY_S, _SHARE = 2.0, 0.1
_LOOKS_AT_ONCE = 8
_STATES = {SERVING: v1.ProcessState.SERVING, UNREACHABLE: v1.ProcessState.UNREACHABLE}


class HealthStream:
    """The streams of one process."""

    def __init__(self, mesh: MeshHealth, *, heartbeat_s: float = HEARTBEAT_S) -> None:
        self._mesh, self._heartbeat_s = mesh, heartbeat_s
        self._looking = asyncio.Semaphore(_LOOKS_AT_ONCE)
        self._streams = 0

    async def of(self, authorization: str) -> AsyncGenerator[v1.HealthEvent, None]:
        """For the caller with this authorization, which every service verifies, too.

        Raises what refuses the caller; a later refusal is the last message.
        """
        async with self._watched() as watch:
            look = partial(self._look, watch, authorization)
            found = snapshots(
                look, v1.HealthEvent, "health", heartbeat_s=self._heartbeat_s, change=lambda: watch.changed
            )
            async with aclosing(found) as events:
                async for event in events:
                    yield event

    @asynccontextmanager
    async def _watched(self) -> AsyncIterator[_Watch]:
        """The watch that all streams share; the first one begins it, and the last one ends it."""
        if not self._streams:
            self._watch = _Watch(self._mesh)
        self._streams += 1
        try:
            await passes(self._watch.known, within_s=self._mesh.timeout_s)
            yield self._watch
        finally:
            self._streams -= 1
            if not self._streams:
                self._watch.stop()

    async def _look(self, watch: _Watch, authorization: str) -> tuple[v1.MeshHealth, float]:
        """All processes, and how long to wait before the next look."""
        now = asyncio.get_running_loop().time
        began = now()
        async with self._looking:
            replicas = self._mesh.replicas
            found = await asyncio.gather(
                *(self._process(service, address, watch.state(address), authorization) for service, address in replicas)
            )
        return v1.MeshHealth(processes=found), max(_EVERY_S, (now() - began) / _SHARE)

    async def _process(
        self, service: str, address: str, state: v1.ProcessState, authorization: str
    ) -> v1.ProcessHealth:
        found = v1.ProcessHealth(service=service, address=address, state=state)
        if state is not v1.ProcessState.UNREACHABLE:
            try:
                found.stats = await self._stats(address, authorization)
            except AppError as error:
                # About the caller. Any other refusal of a token that edge has accepted is about the process.
                if isinstance(error, PermissionDenied | TokenRevoked):
                    raise
                found.stats_error = to_status(error)
        return found

    async def _stats(self, address: str, authorization: str) -> v1.Stats:
        ask: Any = self._mesh.channel(address).unary_unary(GET_STATS.full_name)
        sent = ((metadata.AUTHORIZATION, authorization), (metadata.CORRELATION_ID, current().correlation_id))
        try:
            reply = await ask(b"", timeout=self._mesh.timeout_s, metadata=sent)
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from None
        stats: v1.Stats = codec(v1.Stats).decode(reply)
        return stats


class _Watch:
    """The states of all processes, until `stop`."""

    def __init__(self, mesh: MeshHealth) -> None:
        self._mesh = mesh
        self._states: dict[str, v1.ProcessState] = {}
        # Whether all have answered.
        self.known = asyncio.Event()
        # Done at the next change; another one follows it.
        self.changed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._following = [asyncio.create_task(self._follow(address)) for _, address in mesh.replicas]

    def stop(self) -> None:
        for following in self._following:
            following.cancel()

    def state(self, address: str) -> v1.ProcessState:
        return self._states.get(address, v1.ProcessState.UNREACHABLE)

    async def _follow(self, address: str) -> None:
        async with aclosing(self._mesh.watch(address)) as states:
            async for state in states:
                found = _STATES.get(state, v1.ProcessState.NOT_SERVING)
                # A process that ends each watch at once is UNREACHABLE all the time.
                if self._states.get(address) is found:
                    continue
                self._states[address] = found
                if len(self._states) == len(self._mesh.replicas):
                    self.known.set()
                changed, self.changed = self.changed, self.changed.get_loop().create_future()
                changed.set_result(None)
