"""Calls to other services: typed by the contract, within the caller's time, repeated when that may help."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import betterproto2
import grpc
from tenacity import AsyncRetrying, retry_if_exception_type, stop_before_delay, wait_random_exponential

from chassis import contract, telemetry
from chassis.auth.service_tokens import ServiceTokens
from chassis.context import current
from chassis.errors import AppError, DeadlineExceeded, Kind, Unavailable
from chassis.grpc import metadata
from chassis.grpc.channel import open_channel
from chassis.grpc.status import from_rpc_error
from chassis.wire import codec

Req = TypeVar("Req", bound=betterproto2.Message)
Res = TypeVar("Res", bound=betterproto2.Message)

Metadata = tuple[tuple[str, str], ...]

_OPTIONS = (
    # Every replica gets its share, and one that is gone is passed over.
    ("grpc.service_config", '{"loadBalancingConfig": [{"round_robin": {}}]}'),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    # Without it, two channels to one address share a connection, and its failures.
    ("grpc.use_local_subchannel_pool", 1),
)


@dataclass(frozen=True, slots=True)
class Rpc(Generic[Req, Res]):
    """A method of the contract with the types of its messages, so that a call of it is type-checked."""

    full_name: str
    request: type[Req]
    response: type[Res]


def rpc(service: str, name: str, request: type[Req], response: type[Res]) -> Rpc[Req, Res]:
    """A method of `service` (`easyorder.inventory.v1.InventoryService`). ValueError unless the contract has it so."""
    method = contract.methods().get(f"/{service}/{name}")
    if method is None or (method.request, method.response) != (request, response):
        raise ValueError(f"the contract has no {service}/{name}({request.__name__}) -> {response.__name__}")
    return Rpc(method.full_name, request, response)


class Client:
    """Calls the service at `address`, host:port or several with commas: the replicas, by IP address, which take turns.

    Does not say who calls unless `token` is given. Connects when first used.
    """

    def __init__(self, address: str, *, token: str = "") -> None:
        self._target = _target(address)
        self._fixed_token = token
        self._opened: grpc.aio.Channel | None = None
        self._stubs: dict[str, Any] = {}

    async def call(self, method: Rpc[Req, Res], request: Req, *, timeout_s: float = 5.0, extra: Metadata = ()) -> Res:
        """The reply of a unary method. Raises the AppError that the service raised, DeadlineExceeded or Unavailable.

        Unavailable is tried again until `timeout_s`, or the deadline of the request being served if that is earlier:
        every method of the contract can be repeated.
        """
        deadline = self._deadline(timeout_s)
        data = codec(method.request).encode(request)
        sent = self._metadata() + extra
        try:
            reply = await self._once(method, data, deadline, sent)
        except Unavailable:
            reply = await self._again(method, data, deadline, sent)
        return codec(method.response).decode(reply)

    async def stream(
        self, method: Rpc[Req, Res], request: Req, *, timeout_s: float | None = None, extra: Metadata = ()
    ) -> AsyncIterator[Res]:
        """The messages of a server-streaming method, as they come. Never repeated: the caller knows where to resume."""
        decode = codec(method.response).decode
        call = self._stub(method, streaming=True)(
            codec(method.request).encode(request), timeout=timeout_s, metadata=self._metadata() + extra
        )
        try:
            async for data in call:
                yield decode(data)
        except grpc.aio.AioRpcError as error:
            raise self._meaning(from_rpc_error(error)) from None
        finally:
            call.cancel()

    async def close(self) -> None:
        """Ends the connection; calls in flight fail."""
        if self._opened is not None:
            await self._opened.close(None)

    def _meaning(self, error: AppError) -> Exception:
        return error

    def _token(self) -> str:
        return self._fixed_token

    def _metadata(self) -> Metadata:
        context = current()
        sent: Metadata = ((metadata.CORRELATION_ID, context.correlation_id), *telemetry.carrier())
        if token := self._token():
            sent += ((metadata.AUTHORIZATION, f"Bearer {token}"),)
        return sent

    async def _again(self, method: Rpc[Req, Res], data: bytes, deadline: float, sent: Metadata) -> bytes:
        left_s = deadline - asyncio.get_running_loop().time()
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(Unavailable),
            wait=wait_random_exponential(multiplier=0.05, max=1.0),
            stop=stop_before_delay(left_s),
            reraise=True,
        ):
            with attempt:
                reply: bytes = await self._once(method, data, deadline, sent)
        return reply

    async def _once(self, method: Rpc[Req, Res], data: bytes, deadline: float, sent: Metadata) -> bytes:
        left_s = deadline - asyncio.get_running_loop().time()
        if left_s <= 0:
            raise DeadlineExceeded(f"no time left for {method.full_name}")
        try:
            reply: bytes = await self._stub(method, streaming=False)(data, timeout=left_s, metadata=sent)
            return reply
        except grpc.aio.AioRpcError as error:
            raise self._meaning(from_rpc_error(error)) from None

    def _deadline(self, timeout_s: float) -> float:
        deadline = asyncio.get_running_loop().time() + timeout_s
        callers = current().deadline
        return deadline if callers is None else min(deadline, callers)

    def _stub(self, method: Rpc[Req, Res], *, streaming: bool) -> Any:
        stub = self._stubs.get(method.full_name)
        if stub is None:
            if self._opened is None:
                self._opened = open_channel(self._target, options=_OPTIONS)
            make: Any = self._opened.unary_stream if streaming else self._opened.unary_unary
            stub = self._stubs[method.full_name] = make(method.full_name)
        return stub


class TokenRefused(Exception):
    """Another service does not believe that we are of its mesh: the secrets or the clocks differ."""


class Peer(Client):
    """Another service of the mesh, called as the service `me` with a token signed with the mesh's `secret`.

    Passes on for whom the call is made, for the audit only.
    """

    def __init__(self, address: str, me: str, secret: str) -> None:
        super().__init__(address)
        self._tokens = ServiceTokens(me, secret)

    def _meaning(self, error: AppError) -> Exception:
        # Whoever is being served has shown a good token: that ours is refused is our defect, and no AppError.
        return TokenRefused(error.message) if error.kind is Kind.UNAUTHENTICATED else error

    def _token(self) -> str:
        return self._tokens.current()

    def _metadata(self) -> Metadata:
        context = current()
        user = context.caller.id if context.caller.is_person else context.on_behalf_of
        return (*super()._metadata(), (metadata.ON_BEHALF_OF, user)) if user else super()._metadata()


def _target(address: str) -> str:
    replicas = [replica.strip() for replica in address.split(",")]
    if len(replicas) == 1:
        return address
    # gRPC resolves one name, or takes a list of IP addresses.
    family = "ipv6" if replicas[0].startswith("[") else "ipv4"
    return f"{family}:{','.join(replicas)}"
