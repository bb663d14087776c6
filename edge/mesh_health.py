"""Whether every service of the mesh serves, as each reports by grpc.health.v1."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import grpc
from grpc_health.v1 import health_pb2

from chassis.background import to_completion
from chassis.grpc.channel import RenewedChannel
from chassis.grpc.tls import Tls

SERVING = "SERVING"
UNREACHABLE = "UNREACHABLE"
_CHECK = "/grpc.health.v1.Health/Check"

# Reconnects soon after a service is back, however long it was down.
_OPTIONS = (("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 500))


class MeshHealth:
    """Checks the replicas of each service; a service serves when one of its replicas does."""

    def __init__(
        self, addresses: Mapping[str, Sequence[str]], *, timeout_s: float = 1.0, tls: Tls | None = None
    ) -> None:
        self._addresses, self._tls = addresses, tls
        self._timeout_s = timeout_s
        self._channels: dict[str, RenewedChannel] = {}
        self._asking: asyncio.Task[dict[str, str]] | None = None

    async def start(self) -> None:
        """Opens the channels; they connect when first used."""
        for name, replicas in self._addresses.items():
            for address in replicas:
                self._channels[address] = RenewedChannel(address, _OPTIONS, tls=self._tls, name=name)

    async def stop(self) -> None:
        await asyncio.gather(*(channel.close() for channel in self._channels.values()))

    async def states(self) -> dict[str, str]:
        """By service: SERVING, or the state of its first replica. Concurrent callers share one check."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._states())
        return await to_completion(self._asking)

    async def _states(self) -> dict[str, str]:
        found = await asyncio.gather(*(self._state(replicas) for replicas in self._addresses.values()))
        return dict(zip(self._addresses, found, strict=True))

    async def _state(self, replicas: Sequence[str]) -> str:
        states = await asyncio.gather(*(self._ask(self._channels[replica].current()) for replica in replicas))
        return SERVING if SERVING in states else states[0]

    async def _ask(self, channel: grpc.aio.Channel) -> str:
        try:
            reply: health_pb2.HealthCheckResponse = await channel.unary_unary(
                _CHECK,
                request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
                response_deserializer=health_pb2.HealthCheckResponse.FromString,
            )(health_pb2.HealthCheckRequest(), timeout=self._timeout_s)
        except grpc.aio.AioRpcError:
            return UNREACHABLE
        return health_pb2.HealthCheckResponse.ServingStatus.Name(reply.status)
