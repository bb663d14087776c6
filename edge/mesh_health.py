"""Whether every service of the mesh serves, as each reports by grpc.health.v1."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

import grpc
from grpc_health.v1 import health_pb2

from chassis.background import to_completion
from chassis.grpc.channel import RenewedChannel
from chassis.grpc.tls import Tls

SERVING = "SERVING"
UNREACHABLE = "UNREACHABLE"
_CHECK, _WATCH = "/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch"
# Between the end of a watch and the next one.
_PAUSE_S = 0.1

_OPTIONS = (
    # Reconnects soon after a service is back, however long it was down.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 1_000),
    ("grpc.max_reconnect_backoff_ms", 500),
    # A process that is frozen, or whose machine is gone, answers no ping while it is watched.
    ("grpc.keepalive_time_ms", 1_000),
    ("grpc.http2.ping_timeout_ms", 1_000),
    ("grpc.http2.max_pings_without_data", 0),
    # A connection costs a timer every second, used or not.
    ("grpc.client_idle_timeout_ms", 30_000),
)


class MeshHealth:
    """Checks the replicas of each service, which serves when one of them does, and watches single ones."""

    def __init__(
        self, addresses: Mapping[str, Sequence[str]], *, timeout_s: float = 1.0, tls: Tls | None = None
    ) -> None:
        self._addresses, self._tls = addresses, tls
        self.timeout_s = timeout_s
        self._channels: dict[str, RenewedChannel] = {}
        self._asking: asyncio.Task[dict[str, str]] | None = None

    @property
    def replicas(self) -> list[tuple[str, str]]:
        """The service and the address of each."""
        return [(service, address) for service, replicas in self._addresses.items() for address in replicas]

    async def start(self) -> None:
        """Opens the channels; they connect when first used."""
        for service, address in self.replicas:
            self._channels[address] = RenewedChannel(address, _OPTIONS, tls=self._tls, name=service)

    async def stop(self) -> None:
        await asyncio.gather(*(channel.close() for channel in self._channels.values()))

    def channel(self, address: str) -> grpc.aio.Channel:
        """To the replica at `address`."""
        return self._channels[address].current()

    async def states(self) -> dict[str, str]:
        """By service: SERVING, or the state of its first replica. Concurrent callers share one check."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._states())
        return await to_completion(self._asking)

    async def watch(self, address: str) -> AsyncGenerator[str, None]:
        """The state of the replica, and again when it has changed, without an end; nothing before it is known."""
        request: Any = health_pb2.HealthCheckRequest()
        while True:
            call = self.channel(address).unary_stream(_WATCH, **_CODEC)(request, wait_for_ready=True)
            try:
                async for reply in call:
                    yield _name(reply)
            except grpc.aio.AioRpcError:
                pass
            finally:
                call.cancel()
            yield UNREACHABLE
            await asyncio.sleep(_PAUSE_S)

    async def _states(self) -> dict[str, str]:
        found = await asyncio.gather(*(self._state(replicas) for replicas in self._addresses.values()))
        return dict(zip(self._addresses, found, strict=True))

    async def _state(self, replicas: Sequence[str]) -> str:
        states = await asyncio.gather(*(self._ask(self.channel(replica)) for replica in replicas))
        return SERVING if SERVING in states else states[0]

    async def _ask(self, channel: grpc.aio.Channel) -> str:
        try:
            request = health_pb2.HealthCheckRequest()
            return _name(await channel.unary_unary(_CHECK, **_CODEC)(request, timeout=self.timeout_s))
        except grpc.aio.AioRpcError:
            return UNREACHABLE


_CODEC: Any = {
    "request_serializer": health_pb2.HealthCheckRequest.SerializeToString,
    "response_deserializer": health_pb2.HealthCheckResponse.FromString,
}


def _name(reply: health_pb2.HealthCheckResponse) -> str:
    return health_pb2.HealthCheckResponse.ServingStatus.Name(reply.status)
