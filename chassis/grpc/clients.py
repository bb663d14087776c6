"""Calls to other services: typed by the contract, within the caller's deadline, and retried when unavailable."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

import betterproto2
import grpc
import structlog

from chassis import contract
from chassis.auth.service_tokens import ServiceTokens
from chassis.context import current
from chassis.errors import AppError, DeadlineExceeded, TokenExpired, TokenRevoked, Unavailable
from chassis.grpc import metadata
from chassis.grpc.channel import RenewedChannel
from chassis.grpc.status import from_rpc_error
from chassis.grpc.tls import Tls
from chassis.wire import codec
from foundation.addresses import grpc_target
from telemetry import traces

log = structlog.get_logger(__name__)

Req = TypeVar("Req", bound=betterproto2.Message)
Res = TypeVar("Res", bound=betterproto2.Message)
Metadata = tuple[tuple[str, str], ...]

# Calls are spread over all replicas. Each method is safe to retry; a server that stops answers new calls CANCELLED.
_SERVICE_CONFIG = """{
  "loadBalancingConfig": [{"round_robin": {}}],
  "methodConfig": [{"name": [{}], "retryPolicy": {
    "maxAttempts": 5, "initialBackoff": "0.05s", "backoffMultiplier": 3, "maxBackoff": "1s",
    "retryableStatusCodes": ["UNAVAILABLE", "CANCELLED"]}}]
}"""
_OPTIONS: tuple[tuple[str, str | int], ...] = (
    ("grpc.service_config", _SERVICE_CONFIG),
    # How long a replica may take to answer a ping, which gRPC's own threads do. By default, it is a minute.
    ("grpc.http2.ping_timeout_ms", 1_000),
    # By default, a call during which no data is sent is pinged twice only.
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    # Otherwise two channels to one address share a connection and its failures.
    ("grpc.use_local_subchannel_pool", 1),
)


@dataclass(frozen=True, slots=True)
class Rpc(Generic[Req, Res]):
    """A method of the contract with its message types, so that calls are type-checked."""

    full_name: str
    request: type[Req]
    response: type[Res]


def rpc(service: str, name: str, request: type[Req], response: type[Res]) -> Rpc[Req, Res]:
    """A method of `service` (`easyorder.order.v1.OrderService`). Raises ValueError if the contract differs."""
    method = contract.methods().get(f"/{service}/{name}")
    if method is None or (method.request, method.response) != (request, response):
        raise ValueError(f"the contract has no {service}/{name}({request.__name__}) -> {response.__name__}")
    return Rpc(method.full_name, request, response)


class Client:
    """Calls the service at `address`: host:port, or the comma-separated IP addresses of replicas, used in turn.

    A replica that sends nothing for `silence_s` during a call and then answers no ping for a second is left, and its
    calls are made at another one. Calls are anonymous unless `token` is given. Connects when first used; with `tls`, to
    servers that have a certificate with `name`.
    """

    def __init__(
        self, address: str, name: str = "", *, token: str = "", silence_s: float = 30, tls: Tls | None = None
    ) -> None:
        ms = int(silence_s * 1000)
        # A connection costs a timer every `silence_s`, used or not, so that one that is not used is closed.
        times = (("grpc.keepalive_time_ms", ms), ("grpc.client_idle_timeout_ms", 5 * ms))
        self._channel = RenewedChannel(grpc_target(address), (*_OPTIONS, *times), tls=tls, name=name)
        self._name, self._token = name, token

    async def call(self, method: Rpc[Req, Res], request: Req, *, timeout_s: float = 5.0, extra: Metadata = ()) -> Res:
        """Calls a unary method. Raises the AppError that the service raised, DeadlineExceeded or Unavailable.

        Tries an UNAVAILABLE call five times, within `timeout_s` and the deadline of the request being served.
        """
        if (callers := current().deadline) is not None:
            timeout_s = min(timeout_s, callers - asyncio.get_running_loop().time())
        if timeout_s <= 0:
            raise DeadlineExceeded(f"no time left for {method.full_name}")
        send: Any = self._channel.current().unary_unary(method.full_name)
        data = codec(method.request).encode(request)
        try:
            reply = await send(data, timeout=timeout_s, metadata=self._metadata() + extra, wait_for_ready=True)
        except grpc.aio.AioRpcError as error:
            raise self._meaning(error) from None
        return cast(Res, codec(method.response).decode(reply))

    async def stream(
        self, method: Rpc[Req, Res], request: Req, *, timeout_s: float | None = None, extra: Metadata = ()
    ) -> AsyncGenerator[Res, None]:
        """The messages of a server-streaming method as they arrive. A stream that has begun is not retried."""
        receive: Any = self._channel.current().unary_stream(method.full_name)
        data = codec(method.request).encode(request)
        # Without a timeout, whoever reads has a backoff.
        call = receive(data, timeout=timeout_s, metadata=self._metadata() + extra, wait_for_ready=timeout_s is not None)
        decode = codec(method.response).decode
        try:
            async for message in call:
                yield decode(message)
        except grpc.aio.AioRpcError as error:
            raise self._meaning(error) from None
        finally:
            call.cancel()

    async def close(self) -> None:
        """Closes the connection; calls in flight fail."""
        await self._channel.close()

    def _meaning(self, error: grpc.aio.AioRpcError) -> AppError:
        is_connected = self._channel.current().get_state() is grpc.ChannelConnectivity.READY
        if error.code() is grpc.StatusCode.DEADLINE_EXCEEDED and not is_connected:
            return Unavailable("a service that is needed for this does not answer")
        return from_rpc_error(error)

    def _metadata(self) -> Metadata:
        return ((metadata.CORRELATION_ID, current().correlation_id), *traces.carrier(), *self._identity())

    def _identity(self) -> Metadata:
        return ((metadata.AUTHORIZATION, f"Bearer {self._token}"),) if self._token else ()


class Peer(Client):
    """Calls the service `name` of the mesh with a service token.

    Also sends the access token of the user for whom the call is made, if there is one.
    """

    def __init__(
        self, address: str, name: str, tokens: ServiceTokens, *, silence_s: float = 1, tls: Tls | None = None
    ) -> None:
        super().__init__(address, name, silence_s=silence_s, tls=tls)
        self._tokens = tokens

    def _meaning(self, error: grpc.aio.AioRpcError) -> AppError:
        meaning = super()._meaning(error)
        if error.code() is not grpc.StatusCode.UNAUTHENTICATED or isinstance(meaning, TokenExpired | TokenRevoked):
            return meaning  # the last two: of the user for whom the call was made
        # Not the token of the caller being served. For a moment after a step, clocks differ.
        log.warning("service token refused: the clocks or the keys of two services differ", error=error.details())
        return Unavailable("services that are needed for this refuse each other's calls; try again")

    def _identity(self) -> Metadata:
        bearer = (metadata.AUTHORIZATION, f"Bearer {self._tokens.current(self._name)}")
        user_token = current().user_token
        return (bearer, (metadata.ON_BEHALF_OF, user_token)) if user_token else (bearer,)
